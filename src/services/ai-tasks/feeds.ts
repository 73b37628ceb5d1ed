import type { ListEventKind } from '../../domain/ai-task-run.ts';
import { originOfRow } from '../../domain/trace-origin.ts';
import { notFound } from '../../errors.ts';
import { eventStream } from '../../events/bus.ts';
import { type FollowDeps, type FollowedStream, follow } from '../../events/follow.ts';
import type { TailSource } from '../../events/tail.ts';
import { listTopic } from '../../events/topics.ts';
import type { AiTaskListRunView } from '../../events/writers/run-view.ts';
import { concat, mapAsync } from '../../lib/async-iterables.ts';
import { type JsonText, parseJson } from '../../lib/json.ts';
import { memoByObject } from '../../lib/lru.ts';
import {
  newestListEvent,
  readListEvents,
  readListEventsAndBounds,
} from '../../store/ai-tasks/list-events.ts';
import { findListRun, newestListRun } from '../../store/ai-tasks/list-runs.ts';
import { aiTasksWithPositions, type ListKey } from '../../store/ai-tasks/tasks.ts';
import { logBounds } from '../../store/coordination/log-bounds.ts';
import type { AiListRunRow, ListEventRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { AiTask } from '../../upstream/quantcdn/model.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize } from '../common/authorize.ts';
import type { CredentialChoice, QuantCdnConnection, QuantCdnConnections } from '../common/connections.ts';
import { assertValid, checkPage } from '../common/input.ts';
import { credentialGone, positionOf, readLogPage, readTailPage } from '../common/log-position.ts';
import { checkName } from './input.ts';
import { createListWatches, type ListWatchesDeps, toListKey } from './list-watches.ts';
import type { AiTaskView } from './reads.ts';

/** One change in a list: of one of its tasks, or of its run. */
export type ListEventView = { id: string; occurredAt: string } & (
  | { kind: 'TASK' | 'TASK_GONE'; task: AiTaskView }
  | { kind: 'LIST_RUN'; run: AiTaskListRunView }
);

/** Which list, and after which cursor. */
export type ListFeedRequest = CredentialChoice & { taskListId: string; after?: string | null };

/** One page of a list's events. */
export interface ListEventPage {
  nodes: ListEventView[];
  hasNextPage: boolean;
  /** The cursor of the last node; the cursor of the request if the page is empty. */
  endCursor: string;
}

type Feed<T> = AsyncIterableIterator<T, void, void>;

/** The events of the caller's lists of AI tasks, read in pages or followed. */
export interface AiTaskFeeds {
  /** Events from the log, without an upstream call. A list is polled only while clients follow it. */
  page(viewer: Viewer, input: ListFeedRequest & { first?: number | null }): Promise<ListEventPage>;
  /** Events of tasks and runs: every one after the cursor once and in order, then new ones. */
  follow(viewer: Viewer, input: ListFeedRequest): Promise<Feed<ListEventView>>;
  /** Events of tasks. Without a cursor it starts with each task of the list as it is now. */
  followTasks(viewer: Viewer, input: ListFeedRequest): Promise<Feed<AiTaskView>>;
  /** Events of the newest run, until it has ended. Without a cursor it starts with the run as it is now. @throws GatewayError `NOT_FOUND` */
  followRun(viewer: Viewer, input: ListFeedRequest): Promise<Feed<AiTaskListRunView>>;
}

export interface AiTaskFeedsDeps extends FollowDeps, ListWatchesDeps {
  connections: QuantCdnConnections;
  store: Store;
}

const TASK_KINDS: readonly ListEventKind[] = ['TASK', 'TASK_GONE'];
const ALL_KINDS: readonly ListEventKind[] = [...TASK_KINDS, 'LIST_RUN'];

export function createAiTaskFeeds(deps: AiTaskFeedsDeps): AiTaskFeeds {
  const { connections, store } = deps;
  const watches = createListWatches(deps);

  const open = async (viewer: Viewer, { taskListId, credentialId }: ListFeedRequest) => {
    authorize(viewer, 'read');
    const connection = await connections.open(viewer, credentialId);
    assertValid([checkName(taskListId, 'taskListId')]);
    return { connection, list: toListKey(connection, taskListId) };
  };

  const findStart = async (ownerId: string, after: string | null | undefined): Promise<number | undefined> =>
    after == null ? undefined : positionOf(deps, ownerId, after);

  /** The events of all lists of an owner, for those who have read them so far. */
  const tailOf = (ownerId: string): TailSource<ListEventRow> => ({
    key: `lists:${ownerId}`,
    stream: eventStream(ownerId),
    ownerId,
    read: (after, limit) =>
      readTailPage(after, limit, (from, count) => readListEventsAndBounds(store.db, ownerId, from, count)),
    positionOf: ({ seq }) => seq,
    topicsOf: ({ organisation, taskListId }) => [listTopic(organisation, taskListId)],
    occurredAtMsOf: ({ occurredAt }) => occurredAt,
  });

  /** The events of a list in the owner's log. */
  const listLog = (list: ListKey, kinds: readonly ListEventKind[]): ListLog => ({
    list,
    kinds,
    tail: tailOf(list.ownerId),
    read: (after, limit) =>
      readLogPage(store.db, list.ownerId, after, () =>
        readListEvents(store.db, list.ownerId, { ...list, kinds }, after, limit),
      ),
  });

  /** The same without an end; the list is watched as long as it is followed. */
  const watchedLog = (
    connection: QuantCdnConnection,
    list: ListKey,
    kinds: readonly ListEventKind[],
  ): FollowedStream<ListEventRow> => {
    const topic = listTopic(list.organisation, list.taskListId);
    return {
      ...listLog(list, kinds),
      wanted: {
        key: JSON.stringify([topic, kinds, connection.credentialId]),
        topic,
        isWanted: ({ kind }) => kinds.includes(kind),
        canEndAfter: () => false,
        renews: true,
        async isOver() {
          await watches.extendInterest(connection, list.taskListId);
          return false;
        },
      },
    };
  };

  /** The tasks that a feed without a cursor starts with, in the order of their events, and the position of the log. */
  const readSnapshot = (list: ListKey, credentialId: string, outdated: ReadonlySet<string>) =>
    store.transaction(list.ownerId, async (tx) => {
      const { lastSeq, prunedSeq } = await logBounds(tx, list.ownerId);
      const rows = (await aiTasksWithPositions(tx, list)).filter(({ id }) => !outdated.has(id));
      // A cursor of a removed event would be refused; the oldest valid one stands for it.
      const ordered = rows.map((row) => ({ row, seq: Math.max(row.seq ?? 0, prunedSeq) }));
      ordered.sort((one, other) => one.seq - other.seq);
      const tasks = ordered.map(({ row, seq }) =>
        toAiTaskView(row.state, { credentialId, seq, isGone: false }),
      );
      return { tasks, lastSeq };
    });

  return {
    async page(viewer, input) {
      const { connection, list } = await open(viewer, input);
      const size = input.first ?? 100;
      assertValid([checkPage(size)]);
      const after = input.after ?? '0';
      const position = await positionOf(deps, viewer.userId, after);
      const filter = { ...list, kinds: ALL_KINDS };
      const rows = await readListEvents(store.db, viewer.userId, filter, position, size + 1);
      const nodes = rows.slice(0, size).map((row) => toListEventView(row, connection.credentialId));
      return { nodes, hasNextPage: rows.length > size, endCursor: nodes.at(-1)?.id ?? after };
    },

    async follow(viewer, input) {
      const { connection, list } = await open(viewer, input);
      const start = await positionOf(deps, viewer.userId, input.after ?? '0');
      await watches.ensureWatched(connection, list.taskListId);
      const rows = follow(deps, watchedLog(connection, list, ALL_KINDS), start);
      return mapAsync(rows, (row) => toListEventView(row, connection.credentialId));
    },

    async followTasks(viewer, input) {
      const { connection, list } = await open(viewer, input);
      // The cursor is checked first: a wrong one costs no upstream call.
      const start = await findStart(viewer.userId, input.after);
      const outdated = await watches.ensureWatched(connection, list.taskListId);
      const { credentialId } = connection;
      const live = (from: number) =>
        mapAsync(follow(deps, watchedLog(connection, list, TASK_KINDS), from), (row) =>
          eventToAiTaskView(row, credentialId),
        );
      if (start !== undefined) return live(start);
      const { tasks, lastSeq } = await readSnapshot(list, credentialId, outdated);
      return concat(tasks, live(lastSeq));
    },

    async followRun(viewer, input) {
      const { list } = await open(viewer, input);
      const { ownerId } = list;
      const start = await findStart(ownerId, input.after);
      const newest = await newestListRun(store.db, list);
      if (newest === undefined) throw notFound('Run of the list');
      const { lastSeq } = await logBounds(store.db, ownerId);
      const last = await newestListEvent(store.db, ownerId, newest.id);
      const log = logUntilRunEnds(store, listLog(list, ['LIST_RUN']), { run: newest, lastSeq });
      const live = mapAsync(follow(deps, log, start ?? last?.seq ?? lastSeq), eventToListRunView);
      return start === undefined && last !== undefined ? concat([eventToListRunView(last)], live) : live;
    },
  };
}

/** A part of the events of a list: how it is read. */
interface ListLog extends Pick<FollowedStream<ListEventRow>, 'tail' | 'read'> {
  list: ListKey;
  kinds: readonly ListEventKind[];
}

/**
 * The events of a list's runs, up to the end of the newest run.
 * @param newest that run, and the position of the log when it was read
 */
function logUntilRunEnds(
  store: Store,
  log: ListLog,
  newest: { run: AiListRunRow; lastSeq: number },
): FollowedStream<ListEventRow> {
  const { ownerId, id } = newest.run;
  const topic = listTopic(log.list.organisation, log.list.taskListId);
  // Events of a run that starts after this one are left out, also if they come before its end has been delivered.
  const isWanted = ({ seq, subjectId }: ListEventRow) => seq <= newest.lastSeq || subjectId === id;
  return {
    tail: log.tail,
    async read(after, limit) {
      const { items, position } = await log.read(after, limit);
      return { items: items.filter(isWanted), position };
    },
    wanted: {
      key: JSON.stringify([topic, log.kinds, id, newest.lastSeq]),
      topic,
      isWanted: (row) => log.kinds.includes(row.kind) && isWanted(row),
      async isOver() {
        const run = await findListRun(store.db, ownerId, id);
        if (run?.reason === 'CREDENTIAL_MISSING') throw credentialGone();
        return run === undefined || run.endedAt !== null;
      },
    },
  };
}

/** What a view adds to the stored state of a task. */
interface FeedFields {
  credentialId: string;
  seq: number;
  isGone: boolean;
}

/** @param state a stored task */
function toAiTaskView(state: JsonText<object>, { credentialId, seq, isGone }: FeedFields): AiTaskView {
  return {
    // Tasks that were stored by an older version have no `raw`.
    ...{ raw: null, incompleteFields: [] },
    ...(parseJson(state) as AiTask),
    credentialId,
    cursor: String(seq),
    isGone,
  };
}

const eventToAiTaskView = memoByCredential(
  (row, credentialId): AiTaskView => ({
    ...toAiTaskView(row.body, { credentialId, seq: row.seq, isGone: row.kind === 'TASK_GONE' }),
    ...originOfRow(row),
  }),
);

const eventToListRunView = memoByObject(
  (row: ListEventRow): AiTaskListRunView => ({
    ...(parseJson(row.body) as AiTaskListRunView),
    cursor: String(row.seq),
    ...originOfRow(row),
  }),
);

const toListEventView = memoByCredential((row, credentialId): ListEventView => {
  const { kind, seq } = row;
  const common = {
    id: String(seq),
    occurredAt: new Date(row.occurredAt).toISOString(),
    ...originOfRow(row),
  };
  if (kind === 'LIST_RUN') return { ...common, kind, run: eventToListRunView(row) };
  return { ...common, kind, task: eventToAiTaskView(row, credentialId) };
});

/** All followers to whom the tail gives a row get the same view of it, if they use the same credential. */
function memoByCredential<View>(make: (row: ListEventRow, credentialId: string) => View) {
  const viewsOf = memoByObject((_row: ListEventRow) => new Map<string, View>());
  return (row: ListEventRow, credentialId: string): View => {
    const views = viewsOf(row);
    const view = views.get(credentialId) ?? make(row, credentialId);
    views.set(credentialId, view);
    return view;
  };
}
