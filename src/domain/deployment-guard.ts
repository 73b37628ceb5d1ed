import { type JsonText, parseJson } from '../lib/json.ts';

/**
 * The limits of one deployment, or of a list run together with each of its deployments. The gateway stops what exceeds one.
 * Each limit is optional.
 */
export interface Guard {
  maxTokens?: number | null;
  maxTurns?: number | null;
  /** Counted from the start of the run: a prompt that revives the deployment starts it anew. */
  maxDurationSeconds?: number | null;
  stopOnRuntimeError?: boolean | null;
  stopOnWarning?: boolean | null;
  /** The share of a limit at which it is warned of. @default DEFAULT_WARN_AT */
  warnAt?: number | null;
}

/** The limits that are numbers, and can be warned of. */
export type GuardLimit = 'maxTokens' | 'maxTurns' | 'maxDurationSeconds';

export const DEFAULT_WARN_AT = 0.8;

/** What is used of the limits. Times are ms since the epoch. */
export interface GuardUsage {
  nowMs: number;
  runStartedAtMs: number;
  /** Input and output tokens of the conversation. */
  tokens: number;
  turns: number;
}

/** What is known of a deployment when its guard is checked. */
export interface GuardFacts extends GuardUsage {
  hasRuntimeError: boolean;
  hasWarning: boolean;
}

/** A limit that is about to be reached. */
export interface GuardWarning {
  limit: GuardLimit;
  /** How much of it is used, in words for users. */
  reason: string;
}

/** The guard of a stored row; undefined for none. */
export function parseGuard(json: JsonText<Guard> | null): Guard | undefined {
  return json === null ? undefined : parseJson(json);
}

/** The limits that a row has been warned of. */
export function parseWarned(json: JsonText<GuardLimit[]> | null): GuardLimit[] {
  return json === null ? [] : parseJson(json);
}

/** @returns which limit is exceeded, in words for users; undefined while none is */
export function findTripReason(guard: Guard, facts: GuardFacts): string | undefined {
  const exceeded = findExceeded(guard, facts);
  if (exceeded !== undefined) return exceeded;
  if (guard.stopOnRuntimeError && facts.hasRuntimeError)
    return 'stopOnRuntimeError: a run ended with a runtime error';
  if (guard.stopOnWarning && facts.hasWarning) return 'stopOnWarning: a tool gave a warning';
  return undefined;
}

/** @returns which limit that is a number is exceeded, in words for users; undefined while none is */
export function findExceeded(guard: Guard, usage: GuardUsage): string | undefined {
  const exceeded = usedLimits(guard, usage).find(({ used, limit, isCount }) =>
    isCount ? used > limit : used >= limit,
  );
  return exceeded?.reason;
}

/** The limits of which at least the share `warnAt` is used. */
export function findWarnings(guard: Guard, usage: GuardUsage): GuardWarning[] {
  const share = guard.warnAt ?? DEFAULT_WARN_AT;
  return usedLimits(guard, usage)
    .filter(({ used, limit }) => used / limit >= share)
    .map(({ name, reason }) => ({ limit: name, reason }));
}

/** How much of each limit is used; `limit` and `used` have the same unit. */
function usedLimits(guard: Guard, { nowMs, runStartedAtMs, tokens, turns }: GuardUsage) {
  const { maxTokens, maxTurns, maxDurationSeconds } = guard;
  const ranMs = nowMs - runStartedAtMs;
  const ranSeconds = Math.floor(ranMs / 1000);
  const limits = [
    {
      ...{ name: 'maxTokens' as const, limit: maxTokens, used: tokens, isCount: true },
      reason: `maxTokens: ${tokens} of ${maxTokens} used`,
    },
    {
      ...{ name: 'maxTurns' as const, limit: maxTurns, used: turns, isCount: true },
      reason: `maxTurns: ${turns} of ${maxTurns} taken`,
    },
    {
      ...{ name: 'maxDurationSeconds' as const, used: ranMs, isCount: false },
      limit: maxDurationSeconds == null ? maxDurationSeconds : maxDurationSeconds * 1000,
      reason:
        maxDurationSeconds != null && ranMs >= maxDurationSeconds * 1000
          ? `maxDurationSeconds: ran for ${maxDurationSeconds} s`
          : `maxDurationSeconds: ran for ${ranSeconds} of ${maxDurationSeconds} s`,
    },
  ];
  return limits.flatMap((one) => (one.limit == null ? [] : [{ ...one, limit: one.limit }]));
}

/** True when the guard has a limit that only the conversation can show. */
export function needsConversation(guard: Guard | undefined): boolean {
  return countsUsage(guard) || guard?.stopOnRuntimeError === true || guard?.stopOnWarning === true;
}

/** True when the guard limits what a conversation has used. */
export function countsUsage(guard: Guard | undefined): boolean {
  return guard?.maxTokens != null || guard?.maxTurns != null;
}

/**
 * @returns when the guard warns or trips next by time alone, in ms since the epoch; undefined without such a limit, or when
 * both have passed
 */
export function findDeadline(
  guard: Guard | undefined,
  runStartedAtMs: number,
  nowMs: number,
): number | undefined {
  const seconds = guard?.maxDurationSeconds;
  if (seconds == null) return undefined;
  const limitMs = seconds * 1000;
  const times = [Math.ceil((guard?.warnAt ?? DEFAULT_WARN_AT) * limitMs), limitMs];
  return times.map((ms) => runStartedAtMs + ms).find((atMs) => atMs > nowMs);
}
