import { GatewayError } from '../../errors.ts';
import { type Bus, WATCH_STREAM } from '../../events/bus.ts';
import { type AiTaskListWriter, isSameItem } from '../../events/writers/ai-task-lists.ts';
import { assertWatchShare } from '../../events/writers/watch-share.ts';
import type { Clock } from '../../lib/clock.ts';
import { parseJson } from '../../lib/json.ts';
import { createSingleFlight } from '../../lib/single-flight.ts';
import { aiTasksOfList, type ListKey } from '../../store/ai-tasks/tasks.ts';
import {
  ensureWatch,
  extendWatchInterest,
  findWatchInterest,
  NEVER,
} from '../../store/coordination/watches.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import { newestRevision } from '../../store/revisions.ts';
import type { Store } from '../../store/store.ts';
import { listAll } from '../../upstream/quantcdn/list-all.ts';
import type { AiTask } from '../../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from '../common/connections.ts';
import { credentialGone } from '../common/log-position.ts';

/** Keeps lists of AI tasks watched while clients follow them. The worker emits what its polls find to the event log. */
export interface ListWatches {
  /**
   * Watches a list from now on. A list that is not watched yet is read first, so that its first follower gets the error
   * if the credential is not accepted. A list that is watched costs no call.
   * @returns ids of stored tasks that the list shows otherwise or not at all: the next poll emits what became of them
   * @throws GatewayError `RATE_LIMITED` for one list more than the owner's share of watches
   */
  ensureWatched(connection: QuantCdnConnection, taskListId: string): Promise<ReadonlySet<string>>;
  /**
   * Keeps a list watched because a client still follows it.
   * @throws GatewayError `CREDENTIAL_MISSING`, `CREDENTIAL_REJECTED`: the list cannot be polled any more
   */
  extendInterest(connection: QuantCdnConnection, taskListId: string): Promise<void>;
}

export interface ListWatchesDeps {
  writer: AiTaskListWriter;
  store: Store;
  bus: Bus;
  clock: Pick<Clock, 'now' | 'evenMs'>;
  /** Time until the first poll of a new watch. */
  pollIntervalMs: number;
  /** What is watched for one owner at most. @default no limit */
  maxWatchesPerUser?: number;
}

/** A list stays watched for so long after its last follower has left, so that one that resumes soon misses no event. */
const LIST_INTEREST_MS = 300_000;

const NONE: ReadonlySet<string> = new Set();

/** The key of a list in the organisation of a connection. */
export function toListKey({ ownerId, account }: QuantCdnConnection, taskListId: string): ListKey {
  return {
    ownerId,
    organisation: account,
    taskListId,
  };
}

function watchKey({ credentialId }: QuantCdnConnection, scope: string) {
  return { kind: 'AI_TASK_LIST', credentialId, scope } as const;
}

function flightKey({ credentialId }: QuantCdnConnection, taskListId: string): string {
  return JSON.stringify([credentialId, taskListId]);
}

export function createListWatches(deps: ListWatchesDeps): ListWatches {
  const { writer, store, bus, clock, maxWatchesPerUser = Number.POSITIVE_INFINITY } = deps;
  // For clients that follow a list at the same time, it is read once and the interest in it is written once.
  const flights = createSingleFlight();

  const timeIn = (delayMs: number) => store.time(clock.evenMs(), delayMs);

  /** Stores the interest of a follower. A list that was not watched gets a watch that is due after `delayMs`. */
  const storeInterest = (
    connection: QuantCdnConnection,
    taskListId: string,
    delayMs: number,
  ): Promise<void> =>
    store.transaction(connection.ownerId, async (tx) => {
      const { ownerId } = connection;
      const key = watchKey(connection, taskListId);
      if (!(await findCredential(tx, ownerId, key.credentialId))) throw credentialGone();
      const watch = await findWatchInterest(tx, key, timeIn(0));
      if (watch === undefined) await assertWatchShare(tx, ownerId, maxWatchesPerUser);
      if (watch === undefined || watch.wantedForMs <= 0) {
        await ensureWatch(tx, {
          ...key,
          ownerId,
          nextLookAt: timeIn(delayMs),
          pauseMs: deps.pollIntervalMs,
        });
      }
      await extendWatchInterest(tx, key, timeIn(LIST_INTEREST_MS));
    });

  /** Reads a list that is not watched and emits its new tasks. Changed tasks are left to the first poll. */
  const startWatch = async (
    connection: QuantCdnConnection,
    taskListId: string,
  ): Promise<ReadonlySet<string>> => {
    const start = {
      atMs: clock.now(),
      revision: await newestRevision(store.db, 'aiTasks', connection.ownerId),
    };
    const { tasks } = await connection.call((client) => listAll(client, { taskListId }, { start }));
    const list = toListKey(connection, taskListId);
    const stored = (await aiTasksOfList(store.db, list)).map(({ state }) => parseJson(state) as AiTask);
    const listed = new Map(tasks.map((task) => [task.id, task]));
    const isAsListed = (task: AiTask): boolean => {
      const now = listed.get(task.id);
      return now !== undefined && isSameItem(now, task);
    };
    const outdated = new Set(stored.filter((task) => !isAsListed(task)).map(({ id }) => id));
    await storeInterest(connection, taskListId, outdated.size > 0 ? 0 : deps.pollIntervalMs);
    bus.publish(WATCH_STREAM, 0);
    const storedIds = new Set(stored.map(({ id }) => id));
    await writer.applyObserved(
      list,
      tasks.filter(({ id }) => !storedIds.has(id)),
      start,
    );
    return outdated;
  };

  const extendInterest: ListWatches['extendInterest'] = async (connection, taskListId) => {
    const credential = await findCredential(store.db, connection.ownerId, connection.credentialId);
    if (credential === undefined) throw credentialGone();
    if (credential.status === 'REJECTED') throw new GatewayError('CREDENTIAL_REJECTED');
    const watch = await findWatchInterest(store.db, watchKey(connection, taskListId), timeIn(0));
    if (watch !== undefined && watch.wantedForMs > LIST_INTEREST_MS / 2) return;
    await flights.run('renew', flightKey(connection, taskListId), () =>
      storeInterest(connection, taskListId, 0),
    );
    if (watch === undefined) bus.publish(WATCH_STREAM, 0);
  };

  return {
    extendInterest,

    async ensureWatched(connection, taskListId) {
      const watch = await findWatchInterest(store.db, watchKey(connection, taskListId), timeIn(0));
      // A watch that is never due has stopped because its credential was rejected; the read may find it restored.
      const isWatched = watch !== undefined && watch.wantedForMs > 0 && watch.nextLookAt < NEVER;
      if (!isWatched) {
        return flights.run('start', flightKey(connection, taskListId), () =>
          startWatch(connection, taskListId),
        );
      }
      await extendInterest(connection, taskListId);
      return NONE;
    },
  };
}
