import { DEFAULT_WARN_AT, type Guard, parseGuard } from '../../domain/deployment-guard.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import { assertValid, check, checkPositive } from '../common/input.ts';

/** Limits of a deployment; the gateway stops it when it exceeds one. */
export type GuardInput = Guard;

/**
 * The guard as it is stored and compared. The default of `warnAt` is left out: a request that names it is equal to one that
 * does not.
 * @throws GatewayError `BAD_USER_INPUT` that names every wrong limit
 */
export function toGuard(guard: GuardInput | null | undefined): Guard | null {
  if (guard == null) return null;
  const { warnAt, ...limits } = guard;
  assertValid([
    ...(['maxTokens', 'maxTurns', 'maxDurationSeconds'] as const).map((limit) =>
      checkPositive(limits[limit], `guard.${limit}`),
    ),
    check(warnAt == null || (warnAt > 0 && warnAt <= 1), 'guard.warnAt', 'must be above 0 and at most 1'),
  ]);
  return warnAt == null || warnAt === DEFAULT_WARN_AT ? limits : { ...limits, warnAt };
}

/** The guard of a deployment, as clients see it. */
export interface GuardView {
  maxTokens: number | null;
  maxTurns: number | null;
  maxDurationSeconds: number | null;
  stopOnRuntimeError: boolean;
  stopOnWarning: boolean;
  warnAt: number;
  /** From when `maxDurationSeconds` counts; RFC 3339, UTC. */
  runStartedAt: string;
}

/** The stored guard with its defaults; null when the deployment has none. */
export function toGuardView(row: Pick<DeploymentRow, 'guard' | 'runStartedAt'>): GuardView | null {
  const guard = parseGuard(row.guard);
  if (guard === undefined) return null;
  return {
    maxTokens: guard.maxTokens ?? null,
    maxTurns: guard.maxTurns ?? null,
    maxDurationSeconds: guard.maxDurationSeconds ?? null,
    stopOnRuntimeError: guard.stopOnRuntimeError ?? false,
    stopOnWarning: guard.stopOnWarning ?? false,
    warnAt: guard.warnAt ?? DEFAULT_WARN_AT,
    runStartedAt: new Date(row.runStartedAt).toISOString(),
  };
}
