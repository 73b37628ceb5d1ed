import type { Clock } from '../../lib/clock.ts';
import { settleWatch } from '../../store/coordination/leases.ts';
import { NEVER, updateWatch, wakeWatchesOfCredential, watchesOf } from '../../store/coordination/watches.ts';
import { markStale, watchedDeployments } from '../../store/deployments/deployments.ts';
import { findCredential, updateCredential } from '../../store/identity/credentials.ts';
import type { WatchRow } from '../../store/schema/index.ts';
import type { Db, Store } from '../../store/store.ts';
import { type Bus, eventStream, WATCH_STREAM } from '../bus.ts';
import type { Emit, EventLog } from '../log.ts';
import { toEventDraft } from './deployment-diff.ts';

/** Keeps account of whether looking works, and tells those who wait when it stops or works again. */
export interface WatchHealth {
  /** A look succeeded; `nextLookAt` in ms since the epoch. The watch is as it was claimed. @throws LeaseLostError */
  pollSucceeded(watch: WatchRow, plan: NextPoll): Promise<void>;
  /** A look failed with the error code `reason`; from the third in a row on it is announced. @throws LeaseLostError */
  pollFailed(watch: WatchRow, reason: string, plan: NextPoll): Promise<void>;
  /**
   * The upstream refuses the credential: nothing is looked at with it until it is restored. `sealed` is the
   * secret that was refused; when it was replaced meanwhile, that says nothing of the new one.
   */
  credentialRejected(credential: { id: string; ownerId: string; sealed: string }): Promise<void>;
  /** The credential has worked: looking goes on at once. */
  credentialRestored(credential: { id: string; ownerId: string }): Promise<void>;
  /** The credential was replaced by one that could not be asked about yet: looking with it will tell. */
  credentialReplaced(credential: { id: string; ownerId: string }): Promise<void>;
}

/** When to look next. */
export interface NextPoll {
  nextLookAt: number;
  pauseMs: number;
}

/** Failures in a row after which clients are told; fewer are the weather of any network. */
const FAILURES_BEFORE_NOTICE = 3;

export function createWatchHealth(deps: {
  store: Store;
  eventLog: EventLog;
  bus: Bus;
  clock: Pick<Clock, 'now'>;
}): WatchHealth {
  const { store, eventLog, bus, clock } = deps;

  /** Writes one event to every deployment of a watch that has not ended. */
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

  const wake = async (credentialId: string): Promise<void> => {
    await wakeWatchesOfCredential(store.db, credentialId, clock.now());
    bus.publish(WATCH_STREAM, 0);
  };

  const degrade = async (tx: Db, emit: Emit, watch: WatchRow, reason: string): Promise<void> => {
    if (watch.degradedReason === reason) return;
    await updateWatch(tx, watch, { degradedReason: reason });
    await announce(tx, emit, watch, 'WATCH_DEGRADED', reason);
  };

  return {
    pollSucceeded: (watch, plan) =>
      eventLog.underLease(watch).write(watch.ownerId, async (tx, emit) => {
        await settleWatch(tx, watch, { ...plan, failures: 0, degradedReason: null });
        if (watch.degradedReason !== null)
          await announce(tx, emit, watch, 'WATCH_RECOVERED', watch.degradedReason);
      }),

    pollFailed: (watch, reason, plan) =>
      eventLog.underLease(watch).write(watch.ownerId, async (tx, emit) => {
        const failures = watch.failures + 1;
        await settleWatch(tx, watch, { ...plan, failures });
        await markStale(tx, watch);
        if (failures >= FAILURES_BEFORE_NOTICE) await degrade(tx, emit, watch, reason);
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
      // Whoever follows a list of AI tasks that was watched with it is told by no event, and has to learn of it.
      bus.publish(eventStream(ownerId), 0);
    },

    async credentialRestored(credential) {
      await updateCredential(store.db, credential.ownerId, credential.id, { status: 'VERIFIED' });
      await wake(credential.id);
    },

    credentialReplaced: (credential) => wake(credential.id),
  };
}
