import { toGatewayError } from '../errors.ts';
import type { WatchHealth } from '../events/watch-health.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { findCredential } from '../store/credentials.ts';
import { watchedDeployments } from '../store/deployments.ts';
import type { CredentialRow, DeploymentRow, WatchRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { deleteWatch } from '../store/watches.ts';
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

  /** What the watch covers; the watch is gone once that is nothing. */
  const rowsOrEnd = (watch: WatchRow): Promise<DeploymentRow[]> =>
    store.transaction(async (tx) => {
      const rows = await watchedDeployments(tx, watch);
      if (rows.length === 0) await deleteWatch(tx, watch);
      return rows;
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
    const rows = await rowsOrEnd(watch);
    const credential = await findCredential(store.db, watch.ownerId, watch.credentialId);
    if (credential === undefined || rows.length === 0) return;
    try {
      const client = deps.clientOf(credential);
      if (watch.organizationId === '') {
        await place(watch, client);
        await health.succeeded(watch, { nextLookAt: clock.now(), pauseMs: pace.minMs });
      } else {
        await succeed(watch, rows, (await look(watch, client)).isLively);
      }
    } catch (error) {
      await fail(watch, credential, error);
    }
  };
};
