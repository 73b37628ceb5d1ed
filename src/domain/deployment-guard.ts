import { type JsonText, parseJson } from '../lib/json.ts';
/** The limits of one deployment; the gateway stops the deployment when one is exceeded. Each limit is optional. */
export interface Guard {
  maxTokens?: number | null;
  /** Counted from the start of the run: a prompt that revives the deployment starts it anew. */
  maxDurationSeconds?: number | null;
  stopOnRuntimeError?: boolean | null;
}

/** What is known of a deployment when its guard is checked. Times are ms since the epoch. */
export interface GuardFacts {
  nowMs: number;
  runStartedAtMs: number;
  /** Input and output tokens of the conversation. */
  tokens: number;
  hasRuntimeError: boolean;
}

/** The guard of a deployment's row; undefined for none. */
export function parseGuard(json: JsonText<Guard> | null): Guard | undefined {
  return json === null ? undefined : parseJson(json);
}

/** @returns which limit is exceeded, in words for users; undefined while none is */
export function findTripReason(guard: Guard, facts: GuardFacts): string | undefined {
  const { maxTokens, maxDurationSeconds, stopOnRuntimeError } = guard;
  if (maxTokens != null && facts.tokens > maxTokens) return `maxTokens: ${facts.tokens} of ${maxTokens} used`;
  if (maxDurationSeconds != null && facts.nowMs - facts.runStartedAtMs >= maxDurationSeconds * 1000) {
    return `maxDurationSeconds: ran for ${maxDurationSeconds} s`;
  }
  if (stopOnRuntimeError && facts.hasRuntimeError)
    return 'stopOnRuntimeError: a run ended with a runtime error';
  return undefined;
}

/** True when the guard has a limit that only the conversation can show. */
export function needsConversation(guard: Guard | undefined): boolean {
  return guard?.maxTokens != null || guard?.stopOnRuntimeError === true;
}

/** @returns when the guard trips by time alone, in ms since the epoch; undefined without such a limit */
export function findDeadline(guard: Guard | undefined, runStartedAtMs: number): number | undefined {
  const seconds = guard?.maxDurationSeconds;
  return seconds == null ? undefined : runStartedAtMs + seconds * 1000;
}
