import { toGatewayError } from '../errors.ts';
import { type EventLog, LeaseLostError } from '../events/log.ts';
import type { NextPoll, WatchHealth } from '../events/writers/watch-health.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createLru } from '../lib/lru.ts';
import type { Random } from '../lib/random.ts';
import { releaseLease, rescheduleWatch } from '../store/coordination/leases.ts';
import { deleteWatch, NEVER } from '../store/coordination/watches.ts';
import { findCredential } from '../store/identity/credentials.ts';
import type { CredentialRow, WatchRow } from '../store/schema/index.ts';
import type { Db, Store } from '../store/store.ts';
import { afterFailure, afterSuccess, findLongestDelayMs, type ScheduleLimits } from './schedule.ts';

/** The code for one kind of watch: it brings the stored rows to what the upstream says. */
export interface Reconciler {
  /** False when nothing is left to poll for; the watch is then deleted. Runs in the transaction that deletes it. */
  isNeeded(tx: Db, lease: WatchRow): Promise<boolean>;
  /**
   * @returns undefined when the watch may no longer be needed: `isNeeded` is then called again
   * @throws GatewayError the upstream's failure
   * @throws LeaseLostError once another replica has taken over the lease
   */
  reconcile(lease: WatchRow, credential: CredentialRow): Promise<ReconcileResult | undefined>;
}

/** What a poll found, for the time of the next one. */
export interface ReconcileResult {
  /** True when something has changed, or is about to: the next poll comes after the shortest pause. */
  hasChanges: boolean;
  /** Longest time until the next poll, in ms. */
  maxDelayMs?: number | undefined;
  /** Shortest time until the next poll, in ms; waking the watch still makes it due at once. */
  minDelayMs?: number | undefined;
  /** The failure of the upstream when the reconciler had more to do after it: the poll counts as failed. */
  failure?: unknown;
}

/**
 * Polls one claimed watch and schedules its next poll; failures of the upstream are part of the schedule.
 * @throws LeaseLostError once another replica has taken over the lease
 */
export type PollWatch = (lease: WatchRow) => Promise<void>;

export interface PollWatchDeps {
  store: Store;
  clock: Pick<Clock, 'steadyMs'>;
  eventLog: EventLog;
  health: WatchHealth;
  random: Random;
  logger: Logger;
  schedule: ScheduleLimits;
}

/**
 * A watch whose polls found no place in the limits of its owner for so long counts as failing: its clients are informed
 * that they see an old state.
 */
const HELD_UP_MS = 30_000;

/** Watches of which it is known since when they are held up. Of one that is forgotten, the time begins anew. */
const MAX_HELD_UP = 10_000;

/** The frame around every reconciler: whether the watch is needed, which credential is used, and when the next poll is. */
export function createPollWatch(deps: PollWatchDeps, reconciler: Reconciler): PollWatch {
  const { store, clock, eventLog, health, random, logger, schedule } = deps;
  /** Since when no poll of a watch came through, by `Clock.steadyMs`; null for a watch that is not held up. */
  const heldUpSince = createLru<string, { atMs: number | null }>(MAX_HELD_UP);

  /**
   * Deletes a watch that is no longer needed; pauses one whose credential is refused.
   * @returns the credential to poll with; undefined when there is nothing to poll
   */
  const prepare = (lease: WatchRow): Promise<CredentialRow | undefined> =>
    eventLog.underLease(lease).write(lease.ownerId, async (tx) => {
      const credential = await findCredential(tx, lease.ownerId, lease.credentialId);
      if (!(await reconciler.isNeeded(tx, lease))) {
        await deleteWatch(tx, lease);
        return undefined;
      }
      if (credential?.status !== 'REJECTED') return credential;
      await rescheduleWatch(tx, lease, { nextLookAt: NEVER });
      return undefined;
    });

  const longestDelayMs = findLongestDelayMs(schedule);
  const limit = ({ delayMs, pauseMs }: NextPoll): NextPoll => ({
    delayMs: Math.ceil(Math.min(delayMs, longestDelayMs)),
    pauseMs,
  });

  const scheduleAfterSuccess = async (lease: WatchRow, result: ReconcileResult): Promise<void> => {
    const { hasChanges, maxDelayMs = Number.POSITIVE_INFINITY, minDelayMs = 0 } = result;
    const { delayMs, pauseMs } = afterSuccess(lease.pauseMs, hasChanges, random.fraction(), schedule);
    const boundedMs = Math.max(minDelayMs, Math.min(delayMs, maxDelayMs), 0);
    endHoldUp(lease);
    await health.pollSucceeded(lease, limit({ delayMs: boundedMs, pauseMs }));
  };

  /**
   * Gives the place back to others while the limits of the owner leave none to this poll. That is no failure of the
   * upstream, unless it lasts.
   * @returns false when it has lasted for too long
   */
  const giveBack = async (lease: WatchRow, retryAfterMs: number, maxDelayMs: number): Promise<boolean> => {
    const key = keyOf(lease);
    const sinceMs = heldUpSince.get(key)?.atMs ?? clock.steadyMs();
    if (clock.steadyMs() - sinceMs >= HELD_UP_MS) return false;
    heldUpSince.set(key, { atMs: sinceMs });
    const delayMs = limit({ delayMs: Math.max(0, Math.min(retryAfterMs, maxDelayMs)), pauseMs: 0 }).delayMs;
    await eventLog
      .underLease(lease)
      .write(lease.ownerId, (tx) => rescheduleWatch(tx, lease, { nextLookAt: eventLog.time(delayMs) }));
    return true;
  };

  const endHoldUp = (lease: WatchRow): void => {
    if (heldUpSince.get(keyOf(lease)) !== undefined) heldUpSince.set(keyOf(lease), { atMs: null });
  };

  const scheduleAfterFailure = async (
    lease: WatchRow,
    credential: CredentialRow,
    thrown: unknown,
    maxDelayMs = Number.POSITIVE_INFINITY,
  ): Promise<void> => {
    const error = toGatewayError(thrown);
    const retryAfterMs = (error.details.retryAfter ?? 0) * 1000;
    if (error.code === 'RATE_LIMITED' && (await giveBack(lease, retryAfterMs, maxDelayMs))) return;
    if (error.code !== 'RATE_LIMITED') endHoldUp(lease);
    const fields = { err: thrown, kind: lease.kind, credentialId: credential.id, code: error.code };
    if (error.code === 'CREDENTIAL_REJECTED') {
      logger.warn(fields, 'poll failed: credential refused; its watches are paused');
      await health.credentialRejected(credential);
      await releaseLease(store.db, lease);
      return;
    }
    logger.warn(fields, 'poll failed; retrying later');
    const { delayMs, pauseMs } = afterFailure(lease.failures, retryAfterMs, random.fraction(), schedule);
    const boundedMs = Math.max(Math.min(delayMs, maxDelayMs), 0);
    await health.pollFailed(
      lease,
      error.code,
      limit({ delayMs: boundedMs, pauseMs }),
      delayMs > schedule.maxMs,
    );
  };

  return async (lease) => {
    const credential = await prepare(lease);
    if (credential === undefined) return;
    try {
      const result = await reconciler.reconcile(lease, credential);
      if (result?.failure !== undefined) {
        await scheduleAfterFailure(lease, credential, result.failure, result.maxDelayMs);
        return;
      }
      if (result === undefined && (await prepare(lease)) === undefined) return;
      await scheduleAfterSuccess(lease, result ?? { hasChanges: true });
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      await scheduleAfterFailure(lease, credential, error);
    }
  };
}

function keyOf({ kind, credentialId, scope }: WatchRow): string {
  return JSON.stringify([kind, credentialId, scope]);
}
