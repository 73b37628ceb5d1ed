import { notFound } from '../errors.ts';
import { type Bus, eventStream, WATCH_STREAM } from '../events/bus.ts';
import { follow } from '../events/follow.ts';
import type { ListJournal } from '../events/list-journal.ts';
import type { AiTaskListRunView } from '../events/run-view.ts';
import type { Clock } from '../lib/clock.ts';
import { concat, mapped } from '../lib/pull.ts';
import { aiTasksWithPlaces, type ListKey } from '../store/ai-tasks.ts';
import { findCredential } from '../store/credentials.ts';
import { logBounds } from '../store/events.ts';
import { newestListEvent, readListEvents } from '../store/list-events.ts';
import { newestListRun } from '../store/list-runs.ts';
import type { ListEventKind, ListEventRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { ensureWatch, findWatch, wantWatch } from '../store/watches.ts';
import { listWhole } from '../upstream/quantcdn/whole-list.ts';
import type { Viewer } from '../viewer.ts';
import type { CredentialChoice } from './agents.ts';
import type { AiTaskView } from './ai-task-view.ts';
import { authorise } from './authorise.ts';
import type { QuantCdnConnection, QuantCdnConnections } from './connections.ts';
import { checkInput, requirePage } from './input.ts';
import { credentialGone, positionOf, readStretch } from './log-position.ts';

/** Which list, from where on. */
export type ListFeedRequest = CredentialChoice & { taskListId: string; after?: string | null };

/** What happened in a list: to one of its tasks, or to its run. */
export type ListEventView = { id: string; occurredAt: string } & (
  | { kind: 'TASK' | 'TASK_GONE'; task: AiTaskView }
  | { kind: 'LIST_RUN'; run: AiTaskListRunView }
);

/** One page of a list's events. */
export interface ListEventPage {
  nodes: ListEventView[];
  hasNextPage: boolean;
  /** The cursor of the last node; of the request, when there is none. */
  endCursor: string;
}

/** What happens in the caller's lists of AI tasks, read in pages or followed. */
export interface AiTaskFeeds {
  page(viewer: Viewer, input: ListFeedRequest & { first?: number | null }): Promise<ListEventPage>;
  /** Tasks and runs alike: every later event once and in order, then what follows. */
  follow(viewer: Viewer, input: ListFeedRequest): Promise<AsyncIterableIterator<ListEventView, void, void>>;
  /** The tasks alone; without a cursor first each one as it is. */
  followTasks(viewer: Viewer, input: ListFeedRequest): Promise<AsyncIterableIterator<AiTaskView, void, void>>;
  /** The newest run alone, to its end; without a cursor first as it is. @throws GatewayError `NOT_FOUND` */
  followRun(
    viewer: Viewer,
    input: ListFeedRequest,
  ): Promise<AsyncIterableIterator<AiTaskListRunView, void, void>>;
}

export interface AiTaskFeedsDeps {
  connections: QuantCdnConnections;
  journal: ListJournal;
  store: Store;
  bus: Bus;
  clock: Clock;
  sweepMs: number;
  /** How soon a list is looked at again, at first. */
  pollIntervalMs: number;
}

/** A list is watched for so long after the last reader was there: one that comes back soon finds all of it told. */
export const LIST_INTEREST_MS = 300_000;

const TASK_KINDS: readonly ListEventKind[] = ['TASK', 'TASK_GONE'];
const ALL_KINDS: readonly ListEventKind[] = [...TASK_KINDS, 'LIST_RUN'];

export const createAiTaskFeeds = (deps: AiTaskFeedsDeps): AiTaskFeeds => {
  const { connections, journal, store, bus, clock } = deps;

  const listOf = (connection: QuantCdnConnection, taskListId: string): ListKey => ({
    ownerId: connection.ownerId,
    organisation: connection.account,
    taskListId,
  });
  const watchKey = ({ credentialId }: QuantCdnConnection, scope: string) =>
    ({ kind: 'AI_TASK_LIST', credentialId, scope }) as const;

  /** Keeps a list watched for as long as somebody is there; many readers cost one write per half interval. */
  const keepWatched = async (connection: QuantCdnConnection, taskListId: string): Promise<boolean> => {
    const key = watchKey(connection, taskListId);
    const now = clock.now();
    const watch = await findWatch(store.db, key);
    const wasWatched = watch !== undefined && watch.wantedUntil > now;
    if (wasWatched && watch.wantedUntil > now + LIST_INTEREST_MS / 2) return true;
    await store.transaction(connection.ownerId, async (tx) => {
      const { ownerId } = connection;
      if (!(await findCredential(tx, ownerId, key.credentialId))) throw credentialGone();
      const nextLookAt = now + deps.pollIntervalMs;
      await ensureWatch(tx, { ...key, ownerId, nextLookAt, pauseMs: deps.pollIntervalMs });
      await wantWatch(tx, key, now + LIST_INTEREST_MS);
    });
    bus.publish(WATCH_STREAM, 0);
    return wasWatched;
  };

  /** Begins to watch a list; the first reader has it looked at, and hears what is wrong with the credential. */
  const begin = async (connection: QuantCdnConnection, taskListId: string): Promise<void> => {
    const lookedAtMs = clock.now();
    const key = watchKey(connection, taskListId);
    const watch = await findWatch(store.db, key);
    const isKnown = watch !== undefined && watch.wantedUntil > lookedAtMs;
    const listed = isKnown
      ? []
      : (await connection.call((client) => listWhole(client, { taskListId }))).tasks;
    await keepWatched(connection, taskListId);
    if (isKnown) return;
    const list = listOf(connection, taskListId);
    const known = new Set((await aiTasksWithPlaces(store.db, list)).map(({ id }) => id));
    // What has changed since it was last watched is left to the watch, which tells it whole.
    const isNew = listed.filter(({ id }) => !known.has(id));
    await journal.observe(list, isNew, lookedAtMs);
  };

  const followed = (connection: QuantCdnConnection, taskListId: string, kinds: readonly ListEventKind[]) => {
    const { ownerId } = connection;
    const filter = { ...listOf(connection, taskListId), kinds };
    return {
      stream: eventStream(ownerId),
      read: (after: number, limit: number) =>
        readStretch(store.db, ownerId, after, () => readListEvents(store.db, ownerId, filter, after, limit)),
      async isOver() {
        await keepWatched(connection, taskListId);
        return false;
      },
    };
  };

  /** The state a reader without a cursor starts from, and where the log stood then. */
  const snapshot = (list: ListKey, credentialId: string) =>
    store.transaction(list.ownerId, async (tx) => {
      const { lastSeq, prunedSeq } = await logBounds(tx, list.ownerId);
      const rows = await aiTasksWithPlaces(tx, list);
      const placed = rows.map((row) => ({ row, seq: Math.max(row.seq ?? 0, prunedSeq) }));
      placed.sort((one, other) => one.seq - other.seq);
      return {
        tasks: placed.map(({ row, seq }) => taskView(row.state, { credentialId, seq, isGone: false })),
        lastSeq,
      };
    });

  return {
    async page(viewer, { taskListId, after, first, credentialId }) {
      authorise(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      const size = first ?? 100;
      checkInput([requirePage(size)]);
      const position = await positionOf(store.db, viewer.userId, after ?? '0');
      const filter = { ...listOf(connection, taskListId), kinds: ALL_KINDS };
      const rows = await readListEvents(store.db, viewer.userId, filter, position, size + 1);
      const nodes = rows.slice(0, size).map((row) => eventView(row, connection.credentialId));
      return { nodes, hasNextPage: rows.length > size, endCursor: nodes.at(-1)?.id ?? after ?? '0' };
    },

    async follow(viewer, { taskListId, after, credentialId }) {
      authorise(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      const start = await positionOf(store.db, viewer.userId, after ?? '0');
      await begin(connection, taskListId);
      const rows = follow(deps, followed(connection, taskListId, ALL_KINDS), start);
      return mapped(rows, (row) => eventView(row, connection.credentialId));
    },

    async followTasks(viewer, { taskListId, after, credentialId }) {
      authorise(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      const start = after == null ? undefined : await positionOf(store.db, viewer.userId, after);
      await begin(connection, taskListId);
      const list = listOf(connection, taskListId);
      const view = (row: ListEventRow): AiTaskView =>
        taskView(row.body, { ...connection, seq: row.seq, isGone: row.kind === 'TASK_GONE' });
      const live = (from: number) =>
        mapped(follow(deps, followed(connection, taskListId, TASK_KINDS), from), view);
      if (start !== undefined) return live(start);
      const { tasks, lastSeq } = await snapshot(list, connection.credentialId);
      return concat(tasks, live(lastSeq));
    },

    async followRun(viewer, { taskListId, after, credentialId }) {
      authorise(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      const list = listOf(connection, taskListId);
      const newest = await newestListRun(store.db, list);
      if (newest === undefined) throw notFound('Run of the list');
      const { ownerId } = connection;
      const start = after == null ? undefined : await positionOf(store.db, ownerId, after);
      const last = await newestListEvent(store.db, ownerId, newest.id);
      const log = {
        ...followed(connection, taskListId, ['LIST_RUN']),
        isOver: async () => (await newestListRun(store.db, list))?.endedAt !== null,
      };
      const from = start ?? last?.seq ?? 0;
      const live = mapped(follow(deps, log, from), runView);
      return start === undefined && last !== undefined ? concat([runView(last)], live) : live;
    },
  };
};

const taskView = (
  state: string,
  { credentialId, seq, isGone }: { credentialId: string; seq: number; isGone: boolean },
): AiTaskView => ({ ...JSON.parse(state), credentialId, cursor: String(seq), isGone });

const runView = (row: ListEventRow): AiTaskListRunView => ({
  ...JSON.parse(row.body),
  cursor: String(row.seq),
});

const eventView = (row: ListEventRow, credentialId: string): ListEventView => {
  const { kind, seq } = row;
  const place = { id: String(seq), occurredAt: new Date(row.occurredAt).toISOString() };
  if (kind === 'LIST_RUN') return { ...place, kind, run: runView(row) };
  return { ...place, kind, task: taskView(row.body, { credentialId, seq, isGone: kind === 'TASK_GONE' }) };
};
