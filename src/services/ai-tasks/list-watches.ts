import { GatewayError } from '../../errors.ts';
import { type Bus, WATCH_STREAM } from '../../events/bus.ts';
import { type AiTaskListWriter, isSameItem } from '../../events/writers/ai-task-lists.ts';
import type { Clock } from '../../lib/clock.ts';
import { createSingleFlight } from '../../lib/single-flight.ts';
import { aiTasksOfList, type ListKey } from '../../store/ai-tasks/tasks.ts';
import { ensureWatch, extendWatchInterest, findWatch, NEVER } from '../../store/coordination/watches.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { Store } from '../../store/store.ts';
import { listAll } from '../../upstream/quantcdn/list-all.ts';
import type { AiTask } from '../../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from '../common/connections.ts';
import { credentialGone } from '../common/log-position.ts';

/** Keeps lists of AI tasks watched while somebody is there; what the watch sees is in the log. */
export interface ListWatching {
  /**
   * Begins to watch a list. A list that is not watched yet is asked for, so that its first reader hears what is wrong
   * with the credential; one that is costs nothing.
   * @returns ids of the tasks known so far that the list contradicts: what became of them the watch is about to tell
   */
  begin(connection: QuantCdnConnection, taskListId: string): Promise<ReadonlySet<string>>;
  /** Somebody is still there. @throws GatewayError `CREDENTIAL_MISSING`, `CREDENTIAL_REJECTED`: nothing more will come */
  goOn(connection: QuantCdnConnection, taskListId: string): Promise<void>;
}

export interface ListWatchingDeps {
  writer: AiTaskListWriter;
  store: Store;
  bus: Bus;
  clock: Pick<Clock, 'now'>;
  /** How soon a list is looked at again, at first. */
  pollIntervalMs: number;
}

/** A list is watched for so long after the last reader was there: one that comes back soon finds all of it told. */
const LIST_INTEREST_MS = 300_000;

const NONE: ReadonlySet<string> = new Set();

/** A list of the organisation a connection leads to. */
export function listOf({ ownerId, account }: QuantCdnConnection, taskListId: string): ListKey {
  return {
    ownerId,
    organisation: account,
    taskListId,
  };
}

function watchKey({ credentialId }: QuantCdnConnection, scope: string) {
  return { kind: 'AI_TASK_LIST', credentialId, scope } as const;
}

function nameOf({ credentialId }: QuantCdnConnection, taskListId: string): string {
  return JSON.stringify([credentialId, taskListId]);
}

export function createListWatching(deps: ListWatchingDeps): ListWatching {
  const { writer, store, bus, clock } = deps;
  // However many readers come or wait at a time, a list is asked for once, and the interest in it written once.
  const flights = createSingleFlight();

  /** Writes down that somebody is there; a list that was not watched is to be looked at from a moment on. */
  const want = (connection: QuantCdnConnection, taskListId: string, nextLookAt: number): Promise<void> =>
    store.transaction(connection.ownerId, async (tx) => {
      const { ownerId } = connection;
      const key = watchKey(connection, taskListId);
      if (!(await findCredential(tx, ownerId, key.credentialId))) throw credentialGone();
      const watch = await findWatch(tx, key);
      if (watch === undefined || watch.wantedUntil <= clock.now()) {
        await ensureWatch(tx, { ...key, ownerId, nextLookAt, pauseMs: deps.pollIntervalMs });
      }
      await extendWatchInterest(tx, key, clock.now() + LIST_INTEREST_MS);
    });

  /** Asks for a list nobody has watched: what is new is told, what is not as it was is left to the watch. */
  const takeUp = async (connection: QuantCdnConnection, taskListId: string): Promise<ReadonlySet<string>> => {
    const lookedAtMs = clock.now();
    const { tasks } = await connection.call((client) => listAll(client, { taskListId }));
    const list = listOf(connection, taskListId);
    const known = (await aiTasksOfList(store.db, list)).map(({ state }): AiTask => JSON.parse(state));
    const listed = new Map(tasks.map((task) => [task.id, task]));
    const isAsListed = (task: AiTask): boolean => {
      const now = listed.get(task.id);
      return now !== undefined && isSameItem(now, task);
    };
    const outdated = new Set(known.filter((task) => !isAsListed(task)).map(({ id }) => id));
    await want(connection, taskListId, clock.now() + (outdated.size > 0 ? 0 : deps.pollIntervalMs));
    bus.publish(WATCH_STREAM, 0);
    const knownIds = new Set(known.map(({ id }) => id));
    await writer.applyObserved(
      list,
      tasks.filter(({ id }) => !knownIds.has(id)),
      lookedAtMs,
    );
    return outdated;
  };

  const goOn: ListWatching['goOn'] = async (connection, taskListId) => {
    const credential = await findCredential(store.db, connection.ownerId, connection.credentialId);
    if (credential === undefined) throw credentialGone();
    if (credential.status === 'REJECTED') throw new GatewayError('CREDENTIAL_REJECTED');
    const watch = await findWatch(store.db, watchKey(connection, taskListId));
    const now = clock.now();
    if (watch !== undefined && watch.wantedUntil > now + LIST_INTEREST_MS / 2) return;
    await flights.run('renew', nameOf(connection, taskListId), () => want(connection, taskListId, now));
    if (watch === undefined) bus.publish(WATCH_STREAM, 0);
  };

  return {
    goOn,

    async begin(connection, taskListId) {
      const watch = await findWatch(store.db, watchKey(connection, taskListId));
      // One that rests does so because its credential was refused: a caller's own request may find it restored.
      const isWatched = watch !== undefined && watch.wantedUntil > clock.now() && watch.nextLookAt < NEVER;
      if (!isWatched) {
        return flights.run('begin', nameOf(connection, taskListId), () => takeUp(connection, taskListId));
      }
      await goOn(connection, taskListId);
      return NONE;
    },
  };
}
