import type { ListEventKind } from '../../domain/ai-task-run.ts';
import { notFound } from '../../errors.ts';
import { eventStream } from '../../events/bus.ts';
import { type FollowDeps, type FollowedStream, follow } from '../../events/follow.ts';
import type { AiTaskListRunView } from '../../events/writers/run-view.ts';
import { concat, mapAsync } from '../../lib/async-iterables.ts';
import { newestListEvent, readListEvents } from '../../store/ai-tasks/list-events.ts';
import { findListRun, newestListRun } from '../../store/ai-tasks/list-runs.ts';
import { aiTasksWithPositions, type ListKey } from '../../store/ai-tasks/tasks.ts';
import { logBounds } from '../../store/deployments/events.ts';
import type { AiListRunRow, ListEventRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize } from '../common/authorize.ts';
import type { CredentialChoice, QuantCdnConnection, QuantCdnConnections } from '../common/connections.ts';
import { assertValid, checkPage } from '../common/input.ts';
import { credentialGone, positionOf, readLogPage } from '../common/log-position.ts';
import { checkName } from './input.ts';
import { createListWatching, type ListWatchingDeps, listOf } from './list-watches.ts';
import type { AiTaskView } from './reads.ts';

/** What happened in a list: to one of its tasks, or to its run. */
export type ListEventView = { id: string; occurredAt: string } & (
  | { kind: 'TASK' | 'TASK_GONE'; task: AiTaskView }
  | { kind: 'LIST_RUN'; run: AiTaskListRunView }
);

/** Which list, from where on. */
export type ListFeedRequest = CredentialChoice & { taskListId: string; after?: string | null };

/** One page of a list's events. */
export interface ListEventPage {
  nodes: ListEventView[];
  hasNextPage: boolean;
  /** The cursor of the last node; of the request, when there is none. */
  endCursor: string;
}

type Feed<T> = AsyncIterableIterator<T, void, void>;

/** What happens in the caller's lists of AI tasks, read in pages or followed. */
export interface AiTaskFeeds {
  /** What the log holds; asks nobody. A list is looked at only while it is followed. */
  page(viewer: Viewer, input: ListFeedRequest & { first?: number | null }): Promise<ListEventPage>;
  /** Tasks and runs alike: every later event once and in order, then what follows. */
  follow(viewer: Viewer, input: ListFeedRequest): Promise<Feed<ListEventView>>;
  /** The tasks alone; without a cursor first each one as it is. */
  followTasks(viewer: Viewer, input: ListFeedRequest): Promise<Feed<AiTaskView>>;
  /** The newest run alone, to its end; without a cursor first as it is. @throws GatewayError `NOT_FOUND` */
  followRun(viewer: Viewer, input: ListFeedRequest): Promise<Feed<AiTaskListRunView>>;
}

export interface AiTaskFeedsDeps extends FollowDeps, ListWatchingDeps {
  connections: QuantCdnConnections;
  store: Store;
  clock: FollowDeps['clock'];
  bus: FollowDeps['bus'];
}

const TASK_KINDS: readonly ListEventKind[] = ['TASK', 'TASK_GONE'];
const ALL_KINDS: readonly ListEventKind[] = [...TASK_KINDS, 'LIST_RUN'];

export function createAiTaskFeeds(deps: AiTaskFeedsDeps): AiTaskFeeds {
  const { connections, store } = deps;
  const watching = createListWatching(deps);

  const open = async (viewer: Viewer, { taskListId, credentialId }: ListFeedRequest) => {
    authorize(viewer, 'read');
    const connection = await connections.open(viewer, credentialId);
    assertValid([checkName(taskListId, 'taskListId')]);
    return { connection, list: listOf(connection, taskListId) };
  };

  const startOf = async (ownerId: string, after: string | null | undefined): Promise<number | undefined> =>
    after == null ? undefined : positionOf(store.db, ownerId, after);

  /** What the log tells of a list. */
  const logOf = (
    list: ListKey,
    kinds: readonly ListEventKind[],
  ): Omit<FollowedStream<ListEventRow>, 'isOver'> => ({
    stream: eventStream(list.ownerId),
    read: (after, limit) =>
      readLogPage(store.db, list.ownerId, after, () =>
        readListEvents(store.db, list.ownerId, { ...list, kinds }, after, limit),
      ),
  });

  /** The same for as long as somebody listens, with the list being watched meanwhile. */
  const watchedLog = (
    connection: QuantCdnConnection,
    list: ListKey,
    kinds: readonly ListEventKind[],
  ): FollowedStream<ListEventRow> => ({
    ...logOf(list, kinds),
    async isOver() {
      await watching.goOn(connection, list.taskListId);
      return false;
    },
  });

  /** The state a reader without a cursor starts from, and where the log stood then. */
  const snapshot = (list: ListKey, credentialId: string, outdated: ReadonlySet<string>) =>
    store.transaction(list.ownerId, async (tx) => {
      const { lastSeq, prunedSeq } = await logBounds(tx, list.ownerId);
      const rows = (await aiTasksWithPositions(tx, list)).filter(({ id }) => !outdated.has(id));
      const placed = rows.map((row) => ({ row, seq: Math.max(row.seq ?? 0, prunedSeq) }));
      placed.sort((one, other) => one.seq - other.seq);
      const tasks = placed.map(({ row, seq }) =>
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
      const position = await positionOf(store.db, viewer.userId, after);
      const filter = { ...list, kinds: ALL_KINDS };
      const rows = await readListEvents(store.db, viewer.userId, filter, position, size + 1);
      const nodes = rows.slice(0, size).map((row) => toListEventView(row, connection.credentialId));
      return { nodes, hasNextPage: rows.length > size, endCursor: nodes.at(-1)?.id ?? after };
    },

    async follow(viewer, input) {
      const { connection, list } = await open(viewer, input);
      const start = await positionOf(store.db, viewer.userId, input.after ?? '0');
      await watching.begin(connection, list.taskListId);
      const rows = follow(deps, watchedLog(connection, list, ALL_KINDS), start);
      return mapAsync(rows, (row) => toListEventView(row, connection.credentialId));
    },

    async followTasks(viewer, input) {
      const { connection, list } = await open(viewer, input);
      // Whatever is wrong with the cursor is said before anything is asked upstream.
      const start = await startOf(viewer.userId, input.after);
      const outdated = await watching.begin(connection, list.taskListId);
      const { credentialId } = connection;
      const live = (from: number) =>
        mapAsync(follow(deps, watchedLog(connection, list, TASK_KINDS), from), (row) =>
          eventToAiTaskView(row, credentialId),
        );
      if (start !== undefined) return live(start);
      const { tasks, lastSeq } = await snapshot(list, credentialId, outdated);
      return concat(tasks, live(lastSeq));
    },

    async followRun(viewer, input) {
      const { list } = await open(viewer, input);
      const { ownerId } = list;
      const start = await startOf(ownerId, input.after);
      const newest = await newestListRun(store.db, list);
      if (newest === undefined) throw notFound('Run of the list');
      const { lastSeq } = await logBounds(store.db, ownerId);
      const last = await newestListEvent(store.db, ownerId, newest.id);
      const toItsEnd = runLog(store, logOf(list, ['LIST_RUN']), { run: newest, lastSeq });
      const live = mapAsync(follow(deps, toItsEnd, start ?? last?.seq ?? lastSeq), eventToListRunView);
      return start === undefined && last !== undefined ? concat([eventToListRunView(last)], live) : live;
    },
  };
}

/**
 * The log of a list's runs up to the end of one of them.
 * @param upTo the newest run, and where the log stood when it was
 */
function runLog(
  store: Store,
  log: Omit<FollowedStream<ListEventRow>, 'isOver'>,
  { run: { ownerId, id }, lastSeq }: { run: AiListRunRow; lastSeq: number },
): FollowedStream<ListEventRow> {
  // A run that is begun later is not this reader's, whether or not it comes before they have heard the end.
  const isWanted = ({ seq, subjectId }: ListEventRow) => seq <= lastSeq || subjectId === id;
  return {
    ...log,
    async read(after, limit) {
      const { items, position } = await log.read(after, limit);
      return { items: items.filter(isWanted), position };
    },
    async isOver() {
      const run = await findListRun(store.db, ownerId, id);
      if (run?.reason === 'CREDENTIAL_MISSING') throw credentialGone();
      return run === undefined || run.endedAt !== null;
    },
  };
}

/** Where a task was seen: with which credential, at which place of the log, and whether that was its end. */
interface Seen {
  credentialId: string;
  seq: number;
  isGone: boolean;
}

/** A task as it is stored, with its place in the log. */
function toAiTaskView(state: string, { credentialId, seq, isGone }: Seen): AiTaskView {
  return {
    ...JSON.parse(state),
    credentialId,
    cursor: String(seq),
    isGone,
  };
}

/** The task a row of the log tells of. */
function eventToAiTaskView({ body, seq, kind }: ListEventRow, credentialId: string): AiTaskView {
  return toAiTaskView(body, { credentialId, seq, isGone: kind === 'TASK_GONE' });
}

/** The run of a list that a row of the log tells of. */
function eventToListRunView({ body, seq }: ListEventRow): AiTaskListRunView {
  return {
    ...JSON.parse(body),
    cursor: String(seq),
  };
}

/** A row of the log, whatever it tells of. */
function toListEventView(row: ListEventRow, credentialId: string): ListEventView {
  const { kind, seq } = row;
  const place = { id: String(seq), occurredAt: new Date(row.occurredAt).toISOString() };
  return kind === 'LIST_RUN'
    ? { ...place, kind, run: eventToListRunView(row) }
    : { ...place, kind, task: eventToAiTaskView(row, credentialId) };
}
