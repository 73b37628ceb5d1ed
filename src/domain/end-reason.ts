import type { DeploymentStatus } from './deployment.ts';

/** Why the gateway stops a deployment. */
export type StopCause =
  | 'STOPPED_BY_USER'
  | 'GUARD_MAX_TOKENS'
  | 'GUARD_MAX_TURNS'
  | 'GUARD_MAX_DURATION_SECONDS'
  | 'GUARD_STOP_ON_RUNTIME_ERROR'
  | 'GUARD_STOP_ON_WARNING'
  | 'GUARD_MADE_TWICE'
  | 'BUDGET';

/** Why a deployment has ended. `UNKNOWN`: it was stopped, and not by this gateway. */
export type EndReason = 'COMPLETED' | 'FAILED' | 'UNKNOWN' | StopCause;

/** What is stored of the stop of a deployment. */
export interface StopFacts {
  stopCause: StopCause | null;
  /** Why the guard has tripped, which begins with the name of the limit; null while it has not. */
  guardTripped: string | null;
}

const GUARD_CAUSES: Record<string, StopCause> = {
  maxTokens: 'GUARD_MAX_TOKENS',
  maxTurns: 'GUARD_MAX_TURNS',
  maxDurationSeconds: 'GUARD_MAX_DURATION_SECONDS',
  stopOnRuntimeError: 'GUARD_STOP_ON_RUNTIME_ERROR',
  stopOnWarning: 'GUARD_STOP_ON_WARNING',
  madeTwice: 'GUARD_MADE_TWICE',
};

/** The cause that came first: a user's stop is not noted once a guard has tripped. Null while nothing stops it. */
export function stopCauseOf({ stopCause, guardTripped }: StopFacts): StopCause | null {
  if (stopCause !== null || guardTripped === null) return stopCause;
  return GUARD_CAUSES[guardTripped.split(':')[0] ?? ''] ?? null;
}

/**
 * Why a deployment has ended; null while it has not.
 * @param facts `undefined` for a deployment of which nothing is stored
 */
export function endReasonOf(
  { status, isTerminal }: { status: DeploymentStatus; isTerminal: boolean },
  facts: StopFacts | undefined,
): EndReason | null {
  if (!isTerminal) return null;
  if (status === 'COMPLETED' || status === 'FAILED') return status;
  return (facts && stopCauseOf(facts)) ?? 'UNKNOWN';
}
