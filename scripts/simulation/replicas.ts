import { createMemoryBus } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/log.ts';
import { createDeploymentWriter } from '../../src/events/writers/deployments.ts';
import { createQuietPolls } from '../../src/events/writers/quiet-polls.ts';
import { createWatchHealth } from '../../src/events/writers/watch-health.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import { hasWatched } from '../../src/store/deployments/polled.ts';
import type { WatchRow } from '../../src/store/schema/index.ts';
import type { Store } from '../../src/store/store.ts';
import { readTaskList, type TaskLister } from '../../src/worker/deployments/task-list.ts';
import { createPoller, type Poller } from '../../src/worker/poller.ts';
import { createPollWatch } from '../../src/worker/reconcile.ts';
import { findLongestDelayMs, type ScheduleLimits } from '../../src/worker/schedule.ts';
import { sharesOf } from '../../src/worker/shares.ts';

export interface ReplicasOptions {
  store: Store;
  clock: Clock;
  random: Random;
  count: number;
  concurrency: number;
  schedule: ScheduleLimits;
  /** The stand-in for the upstream. */
  client: TaskLister;
  onPoll(watch: WatchRow): void;
  /** @param delayMs until the next poll of the watch */
  onScheduled(watch: WatchRow, delayMs: number): void;
}

const silent = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error };

/** Pollers as in production, with their claims, shares, schedule, reads and writes; the upstream is a stand-in. */
export async function startReplicas(options: ReplicasOptions): Promise<Poller[]> {
  const { store, clock, random, schedule, client } = options;
  const pollers: Poller[] = [];
  for (let replica = 0; replica < options.count; replica += 1) {
    const bus = createMemoryBus();
    const eventLog = createEventLog({ store, bus, clock });
    const health = createWatchHealth({
      ...{ store, eventLog, bus },
      quietPolls: createQuietPolls({ store, clock }),
    });
    const pollWatch = createPollWatch(
      {
        ...{ store, clock, eventLog, random, schedule, logger: silent },
        health: {
          ...health,
          pollSucceeded: (watch, nextAfter, sighting) =>
            health.pollSucceeded(
              watch,
              (hasChanged) => {
                const next = nextAfter(hasChanged);
                options.onScheduled(watch, next.delayMs);
                return next;
              },
              sighting,
            ),
        },
      },
      {
        isNeeded: hasWatched,
        async reconcile(watch) {
          options.onPoll(watch);
          const deployments = createDeploymentWriter({
            ...{ eventLog: eventLog.underLease(watch), bus, pollIntervalMs: schedule.minMs },
          });
          const list = await readTaskList({ store, clock, client, deployments }, watch);
          if (list?.isAll !== true) throw new Error('the task list of the stand-in does not tell all');
          return { hasChanges: false, sighting: list.sighting };
        },
      },
    );
    // On a store that others share, a start does not make everything due at once; claims then lock rows, which SQLite cannot.
    const ofReplica = { ...store, isShared: true };
    const poller = createPoller({
      ...{ store: ofReplica, bus, clock, logger: silent, longestDelayMs: findLongestDelayMs(schedule) },
      pollWatch: {
        DEPLOYMENTS: pollWatch,
        AI_TASK_LIST: pollWatch,
        AI_TASK_RUN: pollWatch,
        AI_TASK_LIST_RUN: pollWatch,
      },
      shares: sharesOf(options.concurrency),
      holderId: `replica-${replica}`,
    });
    await poller.start();
    ofReplica.isShared = false;
    pollers.push(poller);
  }
  return pollers;
}
