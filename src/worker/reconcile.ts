import { toGatewayError } from '../errors.ts';
import { type EventLog, LeaseLostError } from '../events/log.ts';
import type { NextPoll, Sighting, WatchHealth } from '../events/writers/watch-health.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createLru } from '../lib/lru.ts';
import { type Metrics, noMetrics } from '../lib/metrics/metrics.ts';
import type { Random } from '../lib/random.ts';
import { isStillHeld, releaseLease, rescheduleWatch } from '../store/coordination/leases.ts';
import { deleteWatch, NEVER } from '../store/coordination/watches.ts';
import { findCredential } from '../store/identity/credentials.ts';
import type { CredentialRow, WatchRow } from '../store/schema/index.ts';
import type { Db, Store } from '../store/store.ts';
import { afterFailure, afterSuccess, findLongestDelayMs, type ScheduleLimits } from './schedule.ts';

/** The code for one kind of watch: it brings the stored rows to what the upstream says. */
export interface Reconciler {
  /**
   * False when nothing is left to poll for; the watch is then deleted. Asked before each poll, and once more in the
   * transaction that deletes it.
   */
  isNeeded(db: Db, lease: WatchRow): Promise<boolean>;
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
  /** What the poll has seen last and leaves to be stored, with the time of the next poll. A change in it is one of the poll. */
  sighting?: Sighting | undefined;
  /** The failure of the upstream when the reconciler had more to do after it: the poll counts as failed. */
  failure?: unknown;
}

/**
 * Polls one claimed watch and schedules its next poll; failures of the upstream are part of the schedule.
 * @returns how long nothing is due because of this poll, in ms; undefined if something may be due at once
 * @throws LeaseLostError once another replica has taken over the lease
 */
export type PollWatch = (lease: WatchRow) => Promise<number | undefined>;

export interface PollWatchDeps {
  store: Store;
  clock: Pick<Clock, 'steadyMs' | 'evenMs'>;
  eventLog: EventLog;
  health: WatchHealth;
  random: Random;
  logger: Logger;
  schedule: ScheduleLimits;
  /** @default nothing is counted */
  metrics?: Pick<Metrics, 'watchLateness' | 'watchLooks'>;
}

/**
 * What came of a poll: `held_up` found no place in the limits of its owner, `ended` found nothing left to poll for, and
 * `lease_lost` was overtaken by another replica. `error` is a failure of the gateway itself.
 */
type PollOutcome =
  | 'changed'
  | 'unchanged'
  | 'held_up'
  | 'failed'
  | 'rejected'
  | 'ended'
  | 'lease_lost'
  | 'error';

/** What came of a poll, and the time until the next one where it has set that, in ms. */
interface Polled {
  outcome: PollOutcome;
  nextInMs?: number | undefined;
}

/**
 * A watch whose polls did not come through for so long, because of the limits of its owner or of the gateway itself, counts
 * as failing: its clients are informed that they see an old state.
 */
const HELD_UP_MS = 30_000;

/** Watches of which it is known since when they are held up. Of one that is forgotten, the time begins anew. */
const MAX_HELD_UP = 10_000;

/** The frame around every reconciler: whether the watch is needed, which credential is used, and when the next poll is. */
export function createPollWatch(deps: PollWatchDeps, reconciler: Reconciler): PollWatch {
  const { store, clock, eventLog, health, random, logger, schedule, metrics = noMetrics } = deps;
  /** Since when no poll of a watch came through, by `Clock.steadyMs`; null for a watch that is not held up. */
  const heldUpSince = createLru<string, { atMs: number | null }>(MAX_HELD_UP);

  /**
   * Deletes a watch that is no longer needed; pauses one whose credential is refused.
   * @returns the credential to poll with; undefined when there is nothing to poll
   */
  const prepare = async (lease: WatchRow): Promise<CredentialRow | undefined> => {
    // Nearly every poll goes on from here, without a transaction.
    if (!(await isStillHeld(store.db, lease))) throw new LeaseLostError();
    const found = await findCredential(store.db, lease.ownerId, lease.credentialId);
    const isUsable = found !== undefined && found.status !== 'REJECTED';
    if (isUsable && (await reconciler.isNeeded(store.db, lease))) return found;
    return eventLog.underLease(lease).write(lease.ownerId, async (tx) => {
      const credential = await findCredential(tx, lease.ownerId, lease.credentialId);
      if (!(await reconciler.isNeeded(tx, lease))) {
        await deleteWatch(tx, lease);
        return undefined;
      }
      if (credential?.status !== 'REJECTED') return credential;
      await rescheduleWatch(tx, lease, { nextLookAt: NEVER });
      return undefined;
    });
  };

  const longestDelayMs = findLongestDelayMs(schedule);
  const limit = ({ delayMs, pauseMs }: NextPoll): NextPoll => ({
    delayMs: Math.ceil(Math.min(delayMs, longestDelayMs)),
    pauseMs,
  });

  const scheduleAfterSuccess = async (lease: WatchRow, result: ReconcileResult): Promise<Polled> => {
    const { maxDelayMs = Number.POSITIVE_INFINITY, minDelayMs = 0, sighting } = result;
    const fraction = random.fraction();
    let outcome: PollOutcome = 'unchanged';
    endHoldUp(lease);
    const nextAfter = (hasChanged: boolean): NextPoll => {
      const hasChanges = result.hasChanges || hasChanged;
      if (hasChanges) outcome = 'changed';
      const { delayMs, pauseMs } = afterSuccess(lease.pauseMs, hasChanges, fraction, schedule);
      return limit({ delayMs: Math.max(minDelayMs, Math.min(delayMs, maxDelayMs), 0), pauseMs });
    };
    const nextInMs = await health.pollSucceeded(lease, nextAfter, sighting);
    return { outcome, nextInMs };
  };

  /**
   * Gives the watch back, to be due again soon, after what is no failure of the upstream: the limits of the owner leave no
   * place to this poll, the store does not answer, or the process stops.
   * @returns false when that has lasted for too long
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
  ): Promise<PollOutcome> => {
    const error = toGatewayError(thrown);
    const retryAfterMs = (error.details.retryAfter ?? 0) * 1000;
    const fields = { err: thrown, kind: lease.kind, credentialId: credential.id, code: error.code };
    if (error.code === 'RATE_LIMITED') {
      if (await giveBack(lease, retryAfterMs, maxDelayMs)) return 'held_up';
    } else if (error.code === 'UNAVAILABLE') {
      if (await giveBack(lease, schedule.minMs, maxDelayMs)) {
        logger.warn(fields, 'poll failed in the gateway; due again soon');
        return 'error';
      }
    } else endHoldUp(lease);
    if (error.code === 'CREDENTIAL_REJECTED') {
      logger.warn(fields, 'poll failed: credential refused; its watches are paused');
      await health.credentialRejected(credential);
      await releaseLease(store.db, lease);
      return 'rejected';
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
    return 'failed';
  };

  const poll = async (lease: WatchRow): Promise<Polled> => {
    const credential = await prepare(lease);
    if (credential === undefined) return { outcome: 'ended' };
    try {
      const result = await reconciler.reconcile(lease, credential);
      if (result?.failure !== undefined) {
        return { outcome: await scheduleAfterFailure(lease, credential, result.failure, result.maxDelayMs) };
      }
      if (result === undefined && (await prepare(lease)) === undefined) return { outcome: 'ended' };
      return await scheduleAfterSuccess(lease, result ?? { hasChanges: true });
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      return { outcome: await scheduleAfterFailure(lease, credential, error) };
    }
  };

  return async (lease) => {
    const { kind, nextLookAt } = lease;
    metrics.watchLateness.observe({}, Math.max(0, clock.evenMs() - nextLookAt) / 1_000);
    let outcome: PollOutcome = 'error';
    try {
      const polled = await poll(lease);
      outcome = polled.outcome;
      return polled.nextInMs;
    } catch (error) {
      if (error instanceof LeaseLostError) outcome = 'lease_lost';
      throw error;
    } finally {
      metrics.watchLooks.add({ kind, outcome });
    }
  };
}

function keyOf({ kind, credentialId, scope }: WatchRow): string {
  return JSON.stringify([kind, credentialId, scope]);
}
