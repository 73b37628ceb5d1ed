import { badUserInput, notFound } from '../../errors.ts';
import { type Bus, eventStream } from '../../events/bus.ts';
import { type FollowedStream, follow } from '../../events/follow.ts';
import { concat } from '../../lib/async-iterables.ts';
import type { Clock } from '../../lib/clock.ts';
import { findDeployment, hasUnfinished } from '../../store/deployments/deployments.ts';
import {
  type EventFilter,
  logBounds,
  newestEvent,
  newestEventsOfUnfinished,
  readEvents,
} from '../../store/deployments/events.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { EventRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize } from '../common/authorize.ts';
import type { CredentialChoice } from '../common/connections.ts';
import { assertKnownShape, assertValid, checkPage, isDeploymentId, isNumericId } from '../common/input.ts';
import { credentialGone, positionOf, readLogPage } from '../common/log-position.ts';
import type { DeploymentReader } from './deployment-reader.ts';
import type { Tasks } from './tasks.ts';

/** One page of a log. */
export interface EventPage {
  nodes: EventRow[];
  hasNextPage: boolean;
  /** The cursor of the last node; of the request, when there is none. */
  endCursor: string;
}

/** Which part of the caller's log, from where. */
export interface FeedRequest {
  deploymentId?: string | null;
  taskId?: string | null;
  /** A cursor; absent starts with the newest event. */
  after?: string | null;
}

/** The caller's event log, read in pages or followed. */
export interface Feeds {
  page(viewer: Viewer, input: FeedRequest & { first?: number | null }): Promise<EventPage>;
  /** The same for a deployment the caller was just shown; empty when it is not watched. */
  pageOf(
    viewer: Viewer,
    input: { deploymentId: string; after?: string | null; first?: number | null },
  ): Promise<EventPage>;
  /** Every later event once and in order, then what follows. Nothing is buffered for a slow reader. */
  follow(
    viewer: Viewer,
    input: FeedRequest & CredentialChoice & { untilTerminal?: boolean | null },
  ): Promise<AsyncIterableIterator<EventRow, void, void>>;
}

export interface FeedsDeps {
  store: Store;
  bus: Bus;
  clock: Clock;
  sweepMs: number;
  reader: DeploymentReader;
  tasks: Tasks;
}

export function createFeeds(deps: FeedsDeps): Feeds {
  const { store, reader, tasks } = deps;

  /** What is asked about must exist for the caller; a task without events may still be theirs. */
  const checkExists = async (viewer: Viewer, filter: EventFilter): Promise<void> => {
    if (filter.deploymentId !== undefined) {
      const row = await findDeployment(store.db, viewer.userId, filter.deploymentId);
      if (row === undefined) throw notFound('Deployment');
    } else if (filter.taskId !== undefined) {
      const known = await readEvents(store.db, viewer.userId, filter, 0, 1);
      if (known.length === 0) await tasks.get(viewer, { id: filter.taskId });
    }
  };

  const page = async (viewer: Viewer, input: FeedRequest & { first?: number | null }): Promise<EventPage> => {
    const filter = filterOf(input);
    const first = input.first ?? 100;
    assertValid([checkPage(first)]);
    const after = await positionOf(store.db, viewer.userId, input.after ?? '0');
    const rows = await readEvents(store.db, viewer.userId, filter, after, first + 1);
    const nodes = rows.slice(0, first);
    return {
      nodes,
      hasNextPage: rows.length > first,
      endCursor: String(nodes.at(-1)?.seq ?? input.after ?? '0'),
    };
  };

  const followedLog = (
    ownerId: string,
    filter: EventFilter,
    untilTerminal: boolean,
    credentialId: string | null,
  ): FollowedStream<EventRow> => ({
    stream: eventStream(ownerId),
    read: (after, limit) =>
      readLogPage(store.db, ownerId, after, () => readEvents(store.db, ownerId, filter, after, limit)),
    async isOver() {
      if (filter.deploymentId !== undefined) {
        const row = await findDeployment(store.db, ownerId, filter.deploymentId);
        if (row === undefined || row.isDeleted) return true;
        if (untilTerminal && row.isTerminal === 1) return true;
        if (row.credentialId === null) throw credentialGone();
        return false;
      }
      if (credentialId !== null && !(await findCredential(store.db, ownerId, credentialId)))
        throw credentialGone();
      return untilTerminal && !(await hasUnfinished(store.db, ownerId, filter.taskId));
    },
  });

  return {
    async page(viewer, input) {
      authorize(viewer, 'read');
      await checkExists(viewer, filterOf(input));
      return page(viewer, input);
    },

    async pageOf(viewer, input) {
      authorize(viewer, 'read');
      return page(viewer, input);
    },

    async follow(viewer, input) {
      authorize(viewer, 'read');
      const { userId: ownerId } = viewer;
      const filter = filterOf(input);
      // Whatever is wrong with the cursor is said before anything is asked upstream.
      const start = input.after == null ? undefined : await positionOf(store.db, ownerId, input.after);
      const credentialId = await begin(viewer, filter, input.credentialId ?? null);
      const followed = followedLog(ownerId, filter, input.untilTerminal ?? false, credentialId);
      if (start !== undefined) return follow(deps, followed, start);
      const { snapshot, lastSeq } = await newest(ownerId, filter);
      return concat(snapshot, follow(deps, followed, lastSeq));
    },
  };

  /** Makes sure that what is followed is watched; tells which credential the subscription hangs on. */
  async function begin(
    viewer: Viewer,
    filter: EventFilter,
    credentialId: string | null,
  ): Promise<string | null> {
    if (filter.deploymentId !== undefined) {
      await reader.track(viewer, { id: filter.deploymentId, credentialId });
      return null;
    }
    if (filter.taskId === undefined) return null;
    return (await reader.trackTask(viewer, { taskId: filter.taskId, credentialId })).credentialId;
  }

  /** The state a reader without a cursor starts from, and where the log stood then. */
  function newest(ownerId: string, filter: EventFilter): Promise<{ snapshot: EventRow[]; lastSeq: number }> {
    return store.transaction(ownerId, async (tx) => {
      const { lastSeq } = await logBounds(tx, ownerId);
      const { deploymentId, taskId } = filter;
      if (deploymentId === undefined) {
        return { snapshot: await newestEventsOfUnfinished(tx, ownerId, taskId), lastSeq };
      }
      const event = await newestEvent(tx, ownerId, deploymentId);
      return { snapshot: event === undefined ? [] : [event], lastSeq };
    });
  }
}

/** @throws GatewayError `BAD_USER_INPUT` for both at once, `NOT_FOUND` for ids that cannot exist */
function filterOf({ deploymentId, taskId }: FeedRequest): EventFilter {
  if (deploymentId != null && taskId != null) {
    throw badUserInput({ path: 'taskId', message: 'cannot be combined with deploymentId' });
  }
  if (deploymentId != null) assertKnownShape(isDeploymentId(deploymentId), 'Deployment');
  if (taskId != null) assertKnownShape(isNumericId(taskId), 'Task');
  return { deploymentId: deploymentId ?? undefined, taskId: taskId ?? undefined };
}
