import { countSeenTasks, type SeenCount } from '../../store/ai-tasks/seen-tasks.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize } from '../common/authorize.ts';
import type { CredentialChoice, QuantCdnConnections } from '../common/connections.ts';
import { type Page, type PageRequest, pageOfAll } from '../common/page.ts';

/** The number of tasks with each status. */
export interface AiTaskCounts {
  pending: number;
  inProgress: number;
  completed: number;
  failed: number;
  cancelled: number;
  blocked: number;
  unknown: number;
}

/** A list of AI tasks, as far as reads of the caller and polls have shown it. */
export interface AiTaskListSummaryView {
  id: string;
  taskCount: number;
  /** The number of tasks with each status. */
  counts: AiTaskCounts;
  /** RFC 3339; exact to a few seconds. */
  lastSeenAt: string;
}

/** The lists of AI tasks that the caller has seen through the gateway. */
export interface AiTaskLists {
  /** From the store, without an upstream call; the list seen last comes first. */
  list(viewer: Viewer, input: CredentialChoice): Promise<AiTaskListSummaryView[]>;
  /** A page of them. @throws GatewayError `BAD_USER_INPUT` */
  page(viewer: Viewer, input: CredentialChoice & PageRequest): Promise<Page<AiTaskListSummaryView>>;
}

export function createAiTaskLists({
  connections,
  store,
}: {
  connections: QuantCdnConnections;
  store: Store;
}): AiTaskLists {
  const read = async (viewer: Viewer, { credentialId }: CredentialChoice) => {
    const { ownerId, account: organisation } = await connections.open(viewer, credentialId);
    const rows = await countSeenTasks(store.db, { ownerId, organisation });
    const lists = [...Map.groupBy(rows, ({ taskListId }) => taskListId)].map(([id, counts]) => ({
      id,
      taskCount: counts.reduce((sum, { count }) => sum + count, 0),
      counts: toCounts(counts),
      lastSeenAt: new Date(Math.max(...counts.map(({ seenAt }) => seenAt))).toISOString(),
    }));
    return lists.toSorted(
      (one, other) => other.lastSeenAt.localeCompare(one.lastSeenAt) || (one.id < other.id ? -1 : 1),
    );
  };

  return {
    async list(viewer, input) {
      authorize(viewer, 'read');
      return read(viewer, input);
    },

    async page(viewer, input) {
      authorize(viewer, 'read');
      const lists = await read(viewer, input);
      return pageOfAll(lists, input, ({ lastSeenAt, id }) => ({ at: Date.parse(lastSeenAt), id }), 'newest');
    },
  };
}

function toCounts(rows: readonly SeenCount[]): AiTaskCounts {
  const count = (status: SeenCount['status']) => rows.find((row) => row.status === status)?.count ?? 0;
  return {
    pending: count('PENDING'),
    inProgress: count('IN_PROGRESS'),
    completed: count('COMPLETED'),
    failed: count('FAILED'),
    cancelled: count('CANCELLED'),
    blocked: count('BLOCKED'),
    unknown: count('UNKNOWN'),
  };
}
