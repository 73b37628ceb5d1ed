import { toGatewayError } from '../errors.ts';
import type { WatchHealth } from '../events/watch-health.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { findCredential } from '../store/credentials.ts';
import { watchedDeployments } from '../store/deployments.ts';
import type { CredentialRow, DeploymentRow, WatchRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { deleteWatch, NEVER, updateWatch } from '../store/watches.ts';
import type { QuantConnectClient } from '../upstream/quantconnect/client.ts';
import { trippingAt } from './guards.ts';
import type { Look } from './look.ts';
import { afterFailure, afterLook, type PaceLimits } from './pace.ts';
import type { Place } from './place.ts';

export interface VisitDeps {
  store: Store;
  health: WatchHealth;
  /** Opens a stored credential for background reads. */
  clientOf(credential: CredentialRow): QuantConnectClient;
  look: Look;
  place: Place;
  clock: { now(): number };
  random: Random;
  log: Log;
  pace: PaceLimits;
}

/** One look at a claimed watch, and the plan for the next. A look that fails is part of the plan. */
export type Visit = (watch: WatchRow) => Promise<void>;

export const createVisit = (deps: VisitDeps): Visit => {
  const { store, health, look, place, clock, random, log, pace } = deps;

  /** What to look at, and with what. A watch of nothing is gone; one whose credential is refused rests. */
  const taskOf = (watch: WatchRow) =>
    store.transaction(watch.ownerId, async (tx) => {
      const rows = await watchedDeployments(tx, watch);
      const credential = await findCredential(tx, watch.ownerId, watch.credentialId);
      const isRefused = credential?.status === 'REJECTED';
      if (rows.length === 0) await deleteWatch(tx, watch);
      else if (isRefused) await updateWatch(tx, watch, { nextLookAt: NEVER });
      return rows.length === 0 || isRefused || credential === undefined ? undefined : { rows, credential };
    });

  const succeed = async (watch: WatchRow, rows: DeploymentRow[], isLively: boolean): Promise<void> => {
    const now = clock.now();
    const plan = afterLook(now, watch.pauseMs, isLively, random.fraction(), pace);
    const deadlines = rows.map(trippingAt).filter((at): at is number => at !== undefined && at > now);
    await health.succeeded(watch, { ...plan, nextLookAt: Math.min(plan.nextLookAt, ...deadlines) });
  };

  const fail = async (watch: WatchRow, credential: CredentialRow, thrown: unknown): Promise<void> => {
    const error = toGatewayError(thrown);
    log.warn({ err: thrown, credentialId: credential.id, code: error.code }, 'a look failed');
    if (error.code === 'CREDENTIAL_REJECTED') return health.credentialRejected(credential);
    const retryAfterMs = (error.details.retryAfter ?? 0) * 1000;
    const plan = afterFailure(clock.now(), watch.failures, retryAfterMs, random.fraction(), pace);
    await health.failed(watch, error.code, plan);
  };

  return async (watch) => {
    const task = await taskOf(watch);
    if (task === undefined) return;
    const { rows, credential } = task;
    try {
      const client = deps.clientOf(credential);
      if (watch.organizationId === '') {
        await place(watch, client);
        // Usually that leaves nothing: what has a place is looked at there.
        if ((await taskOf(watch)) === undefined) return;
      }
      await succeed(watch, rows, (await look(watch, client)).isLively);
    } catch (error) {
      await fail(watch, credential, error);
    }
  };
};
