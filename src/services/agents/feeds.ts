import type { DeploymentStatus } from '../../domain/deployment.ts';
import { originOfRow } from '../../domain/trace-origin.ts';
import { badUserInput, notFound } from '../../errors.ts';
import { eventStream } from '../../events/bus.ts';
import { type FollowDeps, type FollowedStream, follow } from '../../events/follow.ts';
import type { TailSource } from '../../events/tail.ts';
import { deploymentTopic, EVERY_DEPLOYMENT, taskTopic, topicsOfDeployment } from '../../events/topics.ts';
import { concat } from '../../lib/async-iterables.ts';
import type { Clock } from '../../lib/clock.ts';
import { memoByObject } from '../../lib/lru.ts';
import { logBounds } from '../../store/coordination/log-bounds.ts';
import { findDeployment, hasUnfinished } from '../../store/deployments/deployments.ts';
import {
  type EventFilter,
  newestEvent,
  newestEventsOfUnfinished,
  readEvents,
  readEventsAndBounds,
} from '../../store/deployments/events.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { EventRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { authorizeDeployment } from '../common/authorize.ts';
import type { CredentialChoice } from '../common/connections.ts';
import { assertKnownShape, assertValid, checkPage, isDeploymentId, isNumericId } from '../common/input.ts';
import { credentialGone, positionOf, readLogPage, readTailPage } from '../common/log-position.ts';
import type { DeploymentReader } from './deployment-reader.ts';
import type { Tasks } from './tasks.ts';

/** One change of a deployment, as clients see it. */
export interface DeploymentEventView {
  /** The cursor of the event. */
  id: string;
  type: EventRow['type'];
  deploymentId: string;
  taskId: string | null;
  status: DeploymentStatus;
  previousStatus: DeploymentStatus | null;
  rawStatus: string;
  /** RFC 3339, UTC. */
  occurredAt: string;
  /** Why, where the type alone does not say it. */
  reason: string | null;
}

/** One page of a log. */
export interface EventPage {
  nodes: DeploymentEventView[];
  hasNextPage: boolean;
  /** The cursor of the last node; the cursor of the request if the page is empty. */
  endCursor: string;
}

/** Which events of the caller's log: of one deployment, of one task, or all; and after which cursor. */
export interface FeedRequest {
  deploymentId?: string | null;
  taskId?: string | null;
  /** `0` is the oldest event that is kept. A feed without a cursor starts with the newest event, a page with the oldest. */
  after?: string | null;
}

/** The caller's event log, read in pages or followed. */
export interface Feeds {
  /** @throws GatewayError `NOT_FOUND`, `BAD_USER_INPUT`, `CURSOR_EXPIRED` */
  page(viewer: Viewer, input: FeedRequest & { first?: number | null }): Promise<EventPage>;
  /** Like `page`, for a deployment that the caller has read; empty if it is not tracked. */
  pageOfDeployment(
    viewer: Viewer,
    input: { deploymentId: string; after?: string | null; first?: number | null },
  ): Promise<EventPage>;
  /** Every event after the cursor once and in order, then new ones. A slow reader holds at most one page in memory. */
  follow(
    viewer: Viewer,
    input: FeedRequest & CredentialChoice & { untilTerminal?: boolean | null },
  ): Promise<AsyncIterableIterator<DeploymentEventView, void, void>>;
  /**
   * True if the deployment has ended or was deleted and the log holds no event of it after the cursor: a client that
   * resumes there has read everything. Always false for a task and for the whole log, which may get new deployments.
   * @throws GatewayError as `page`
   */
  isComplete(viewer: Viewer, input: FeedRequest): Promise<boolean>;
}

export interface FeedsDeps extends FollowDeps {
  store: Store;
  clock: Pick<Clock, 'evenMs'>;
  reader: DeploymentReader;
  tasks: Tasks;
}

export function createFeeds(deps: FeedsDeps): Feeds {
  const { store, reader, tasks } = deps;

  /** @throws GatewayError `NOT_FOUND`. A task without events is looked for upstream: it may exist all the same. */
  const assertExists = async (
    viewer: Viewer,
    filter: EventFilter,
    credentialId: string | null = null,
  ): Promise<void> => {
    if (filter.deploymentId !== undefined) {
      const row = await findDeployment(store.db, viewer.userId, filter.deploymentId);
      if (row === undefined) throw notFound('Deployment');
    } else if (filter.taskId !== undefined) {
      const known = await readEvents(store.db, viewer.userId, filter, 0, 1);
      if (known.length === 0) await tasks.get(viewer, { id: filter.taskId, credentialId });
    }
  };

  const readPage = async (
    ownerId: string,
    filter: EventFilter,
    { after, first }: { after?: string | null; first?: number | null },
  ): Promise<EventPage> => {
    const size = first ?? 100;
    assertValid([checkPage(size)]);
    const position = await positionOf(deps, ownerId, after ?? '0');
    const rows = await readEvents(store.db, ownerId, filter, position, size + 1);
    const nodes = rows.slice(0, size).map(toEventView);
    return { nodes, hasNextPage: rows.length > size, endCursor: nodes.at(-1)?.id ?? after ?? '0' };
  };

  /** Starts to watch what is followed. @returns the credential that the feed depends on; null if it depends on none */
  const ensureTracked = async (
    viewer: Viewer,
    { deploymentId, taskId }: EventFilter,
    credentialId: string | null,
  ): Promise<string | null> => {
    if (deploymentId !== undefined) {
      await reader.trackDeployment(viewer, { id: deploymentId, credentialId });
      return null;
    }
    if (taskId === undefined) return null;
    const tracked = await reader.trackTask(viewer, { taskId, credentialId });
    // The upstream lists nothing for a task of another account, as for one that was never deployed.
    await assertExists(viewer, { taskId }, tracked.credentialId);
    return tracked.credentialId;
  };

  /** The events of all deployments of an owner, for those who have read them so far. */
  const tailOf = (ownerId: string): TailSource<EventRow> => ({
    key: `deployments:${ownerId}`,
    stream: eventStream(ownerId),
    ownerId,
    read: (after, limit) =>
      readTailPage(after, limit, (from, count) => readEventsAndBounds(store.db, ownerId, from, count)),
    positionOf: ({ seq }) => seq,
    topicsOf: topicsOfDeployment,
    occurredAtMsOf: ({ occurredAt }) => occurredAt,
  });

  const followedLog = (
    ownerId: string,
    filter: EventFilter,
    untilTerminal: boolean,
    credentialId: string | null,
  ): FollowedStream<EventRow, DeploymentEventView> => ({
    tail: tailOf(ownerId),
    pick: (rows) => rows.map(toEventView),
    read: (after, limit) =>
      readLogPage(store.db, ownerId, after, () => readEvents(store.db, ownerId, filter, after, limit)),
    wanted: {
      key: JSON.stringify([topicOf(filter), untilTerminal, credentialId]),
      topic: topicOf(filter),
      canEndAfter: ({ type }) => untilTerminal || type === 'DELETED',
      async isOver() {
        if (filter.deploymentId !== undefined) {
          const row = await findDeployment(store.db, ownerId, filter.deploymentId);
          // The store was restored from a backup that is older than the deployment: this is not its end.
          if (row === undefined) throw notFound('Deployment');
          if (row.isDeleted) return true;
          if (untilTerminal && row.isTerminal === 1) return true;
          if (row.credentialId === null) throw credentialGone();
          return false;
        }
        if (credentialId !== null && !(await findCredential(store.db, ownerId, credentialId)))
          throw credentialGone();
        return untilTerminal && !(await hasUnfinished(store.db, ownerId, filter.taskId));
      },
    },
  });

  /** The newest state, which a feed without a cursor starts with, and the position of the log at that moment. */
  const readNewest = (
    ownerId: string,
    { deploymentId, taskId }: EventFilter,
  ): Promise<{ snapshot: EventRow[]; lastSeq: number }> =>
    store.transaction(ownerId, async (tx) => {
      const { lastSeq } = await logBounds(tx, ownerId);
      if (deploymentId === undefined) {
        return { snapshot: await newestEventsOfUnfinished(tx, ownerId, taskId), lastSeq };
      }
      const event = await newestEvent(tx, ownerId, deploymentId);
      return { snapshot: event === undefined ? [] : [event], lastSeq };
    });

  return {
    async page(viewer, input) {
      authorizeDeployment(viewer, input.deploymentId);
      const filter = toFilter(input);
      await assertExists(viewer, filter);
      return readPage(viewer.userId, filter, input);
    },

    async pageOfDeployment(viewer, input) {
      authorizeDeployment(viewer, input.deploymentId);
      return readPage(viewer.userId, toFilter(input), input);
    },

    async follow(viewer, input) {
      authorizeDeployment(viewer, input.deploymentId);
      const { userId: ownerId } = viewer;
      const filter = toFilter(input);
      // The cursor is checked first: a wrong one costs no upstream call.
      const start = input.after == null ? undefined : await positionOf(deps, ownerId, input.after);
      const credentialId = await ensureTracked(viewer, filter, input.credentialId ?? null);
      const followed = followedLog(ownerId, filter, input.untilTerminal ?? false, credentialId);
      if (start !== undefined) return follow(deps, followed, start);
      const { snapshot, lastSeq } = await readNewest(ownerId, filter);
      return concat(snapshot.map(toEventView), follow(deps, followed, lastSeq));
    },

    async isComplete(viewer, input) {
      authorizeDeployment(viewer, input.deploymentId);
      const filter = toFilter(input);
      if (filter.deploymentId === undefined) return false;
      await assertExists(viewer, filter);
      // The state is read before the log: if it says that the deployment has ended, the log holds the event of the end.
      const deployment = await reader.readCached(viewer.userId, filter.deploymentId);
      if (deployment !== null && !deployment.isTerminal) return false;
      const { nodes } = await readPage(viewer.userId, filter, { after: input.after, first: 1 });
      return nodes.length === 0;
    },
  };
}

/** All followers to whom the tail gives a row get the same view, so that what is made of it is made once. */
const toEventView = memoByObject(
  (row: EventRow): DeploymentEventView => ({
    ...originOfRow(row),
    id: String(row.seq),
    type: row.type,
    deploymentId: row.deploymentId,
    taskId: row.taskId,
    status: row.status,
    previousStatus: row.previousStatus,
    rawStatus: row.rawStatus,
    occurredAt: new Date(row.occurredAt).toISOString(),
    reason: row.reason,
  }),
);

function topicOf({ deploymentId, taskId }: EventFilter): string {
  if (deploymentId !== undefined) return deploymentTopic(deploymentId);
  return taskId === undefined ? EVERY_DEPLOYMENT : taskTopic(taskId);
}

/** @throws GatewayError `BAD_USER_INPUT` for both at once, `NOT_FOUND` for ids that cannot exist */
function toFilter({ deploymentId, taskId }: FeedRequest): EventFilter {
  if (deploymentId != null && taskId != null) {
    throw badUserInput({ path: 'taskId', message: 'cannot be combined with deploymentId' });
  }
  if (deploymentId != null) assertKnownShape(isDeploymentId(deploymentId), 'Deployment');
  if (taskId != null) assertKnownShape(isNumericId(taskId), 'Task');
  return { deploymentId: deploymentId ?? undefined, taskId: taskId ?? undefined };
}
