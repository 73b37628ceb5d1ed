import type { ReadStart } from '../../domain/read-start.ts';
import { rescheduleWatch } from '../../store/coordination/leases.ts';
import { NEVER, updateWatch, wakeWatchesOfCredential, watchesOf } from '../../store/coordination/watches.ts';
import { markStale, watchedDeployments } from '../../store/deployments/deployments.ts';
import { findCredential, updateCredential } from '../../store/identity/credentials.ts';
import type { WatchRow } from '../../store/schema/index.ts';
import type { Db, Store } from '../../store/store.ts';
import { type Bus, credentialStream, eventStream, WATCH_STREAM } from '../bus.ts';
import type { Emit, EventLog } from '../log.ts';
import { toEventDraft } from './deployment-diff.ts';
import type { QuietPolls } from './quiet-polls.ts';

/** Stores whether polling works, and emits `WATCH_DEGRADED` and `WATCH_RECOVERED`. */
export interface WatchHealth {
  /**
   * @param watch as it was claimed
   * @param nextAfter the next poll, after one that has, or has not, stored a change of its `Sighting`
   * @returns the time until the next poll, in ms, if nothing but it was stored; undefined if this or another watch may be due
   * @throws LeaseLostError
   */
  pollSucceeded(
    watch: WatchRow,
    nextAfter: (hasChanged: boolean) => NextPoll,
    sighting?: Sighting,
  ): Promise<number | undefined>;
  /**
   * From the third failure in a row on, the watch is announced as degraded; at once when the upstream asked for a long
   * pause.
   * @param watch as it was claimed
   * @param reason the error code
   * @param isLongPause whether the pause is longer than `POLL_INTERVAL_MAX`
   * @throws LeaseLostError
   */
  pollFailed(watch: WatchRow, reason: string, next: NextPoll, isLongPause: boolean): Promise<void>;
  /**
   * The upstream refuses the credential: its watches are paused until it is restored or replaced.
   * @param credential with the sealed secret that was refused; nothing is changed when it was replaced meanwhile
   */
  credentialRejected(credential: { id: string; ownerId: string; sealed: string }): Promise<void>;
  /** The credential has worked: its watches are due at once. */
  credentialRestored(credential: { id: string; ownerId: string }): Promise<void>;
  /** The secret was replaced and could not be verified yet: its watches are due at once and will show whether it works. */
  credentialReplaced(credential: { id: string; ownerId: string }): Promise<void>;
}

/** What one read has shown of all unfinished deployments of a watch. */
export interface Sighting {
  start: ReadStart;
  /** True when nothing differed from what was stored before the read. */
  isQuiet: boolean;
  /** Stores what differs now. @returns whether a status has changed */
  store(tx: Db, emit: Emit): Promise<boolean>;
}

/** When a watch is polled next. */
export interface NextPoll {
  /** Time until the next poll. */
  delayMs: number;
  /** The pause that the next one is computed from. */
  pauseMs: number;
}

/** Failures in a row after which clients are informed; fewer are normal on any network. */
const FAILURES_BEFORE_NOTICE = 3;

export function createWatchHealth(deps: {
  store: Store;
  eventLog: EventLog;
  quietPolls: QuietPolls;
  bus: Bus;
}): WatchHealth {
  const { store, eventLog, quietPolls, bus } = deps;

  /** Emits one event for each deployment of a watch that has not ended. */
  const announce = async (
    tx: Db,
    emit: Emit,
    watch: WatchRow,
    type: 'WATCH_DEGRADED' | 'WATCH_RECOVERED',
    reason: string,
  ): Promise<void> => {
    for (const row of await watchedDeployments(tx, watch)) {
      if (!row.isTerminal) emit({ type, ...toEventDraft(row), reason });
    }
  };

  const wake = async ({ id, ownerId }: { id: string; ownerId: string }): Promise<void> => {
    await wakeWatchesOfCredential(store.db, id, eventLog.time());
    bus.publish(credentialStream(ownerId), 0);
    bus.publish(WATCH_STREAM, 0);
  };

  const degrade = async (tx: Db, emit: Emit, watch: WatchRow, reason: string): Promise<void> => {
    if (watch.degradedReason === reason) return;
    await updateWatch(tx, watch, { degradedReason: reason });
    await announce(tx, emit, watch, 'WATCH_DEGRADED', reason);
  };

  /** A poll that has seen nothing new writes its own watch and no more, without a transaction of its owner. */
  const endQuietly = async (
    watch: WatchRow,
    { delayMs, pauseMs }: NextPoll,
    sighting: Sighting | undefined,
  ): Promise<boolean> => {
    if (!sighting?.isQuiet || watch.degradedReason !== null) return false;
    const { revision, atMs: seenAt } = sighting.start;
    return quietPolls.end(watch, { nextLookAt: eventLog.time(delayMs), pauseMs, seenAt, revision });
  };

  return {
    async pollSucceeded(watch, nextAfter, sighting) {
      const quiet = nextAfter(false);
      if (await endQuietly(watch, quiet, sighting)) return quiet.delayMs;
      await eventLog.underLease(watch).write(watch.ownerId, async (tx, emit) => {
        const next = nextAfter((await sighting?.store(tx, emit)) ?? false);
        await rescheduleWatch(tx, watch, {
          nextLookAt: eventLog.time(next.delayMs),
          pauseMs: next.pauseMs,
          failures: 0,
          degradedReason: null,
          ...(sighting && { seenAt: sighting.start.atMs }),
        });
        if (watch.degradedReason !== null)
          await announce(tx, emit, watch, 'WATCH_RECOVERED', watch.degradedReason);
      });
      return undefined;
    },

    pollFailed: (watch, reason, { delayMs, pauseMs }, isLongPause) =>
      eventLog.underLease(watch).write(watch.ownerId, async (tx, emit) => {
        const failures = watch.failures + 1;
        await rescheduleWatch(tx, watch, { nextLookAt: eventLog.time(delayMs), pauseMs, failures });
        await markStale(tx, watch);
        if (isLongPause || failures >= FAILURES_BEFORE_NOTICE) await degrade(tx, emit, watch, reason);
      }),

    async credentialRejected({ id, ownerId, sealed }) {
      await eventLog.write(ownerId, async (tx, emit) => {
        if ((await findCredential(tx, ownerId, id))?.sealed !== sealed) return;
        await updateCredential(tx, ownerId, id, { status: 'REJECTED' });
        for (const watch of await watchesOf(tx, id)) {
          await updateWatch(tx, watch, { nextLookAt: NEVER, failures: watch.failures + 1 });
          await markStale(tx, watch);
          await degrade(tx, emit, watch, 'CREDENTIAL_REJECTED');
        }
      });
      bus.publish(credentialStream(ownerId), 0);
      // Subscribers of AI task lists get no event for this: wake them, so that they check the credential.
      bus.publish(eventStream(ownerId), 0);
    },

    async credentialRestored(credential) {
      await updateCredential(store.db, credential.ownerId, credential.id, { status: 'VERIFIED' });
      await wake(credential);
    },

    credentialReplaced: wake,
  };
}
