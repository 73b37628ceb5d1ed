import type { DeploymentRow } from '../../store/schema/index.ts';

/** What a deployment may use before the gateway stops it. Every bound is optional. */
export interface Guard {
  maxTokens?: number | null;
  maxDurationSeconds?: number | null;
  stopOnRuntimeError?: boolean | null;
}

/** What is known of a deployment when its guard is asked. */
export interface GuardFacts {
  now: number;
  runStartedAt: number;
  tokens: number;
  hasRuntimeError: boolean;
}

/** Why the guard trips, in words for people; undefined while it holds. */
export function verdictOf(guard: Guard, facts: GuardFacts): string | undefined {
  const { maxTokens, maxDurationSeconds, stopOnRuntimeError } = guard;
  if (maxTokens != null && facts.tokens > maxTokens) return `maxTokens: ${facts.tokens} of ${maxTokens} used`;
  if (maxDurationSeconds != null && facts.now - facts.runStartedAt >= maxDurationSeconds * 1000) {
    return `maxDurationSeconds: ran for ${maxDurationSeconds} s`;
  }
  if (stopOnRuntimeError && facts.hasRuntimeError)
    return 'stopOnRuntimeError: a run ended with a runtime error';
  return undefined;
}

/** The guard of a deployment, if it has one. */
export function guardOf(row: DeploymentRow): Guard | undefined {
  return row.guard === null ? undefined : (JSON.parse(row.guard) as Guard);
}

/** True when only the conversation can tell whether the guard holds. */
export function needsConversation(guard: Guard | undefined): boolean {
  return guard?.maxTokens != null || guard?.stopOnRuntimeError === true;
}

/** When a guard will trip by time alone, in ms since the epoch; undefined when it never does. */
export function trippingAt(row: DeploymentRow): number | undefined {
  const seconds = guardOf(row)?.maxDurationSeconds;
  return seconds == null ? undefined : row.runStartedAt + seconds * 1000;
}
