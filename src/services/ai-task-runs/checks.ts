import { readLink } from '../../domain/ai-task-metadata.ts';
import { analyzeTasks } from '../../domain/graph/analyze.ts';
import { badUserInput, conflict } from '../../errors.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import { linksOf } from '../../store/ai-tasks/links.ts';
import type { Store } from '../../store/store.ts';
import { findTask, READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import type { AiTaskGraph, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from '../common/connections.ts';

/**
 * Checks that an AI task can be run now: linked, not in progress or completed, and all of its dependencies completed.
 * @throws GatewayError `CONFLICT` that names the reason
 */
export async function assertRunnable(connection: QuantCdnConnection, task: DetailedAiTask): Promise<void> {
  if (readLink(task.details.metadata).taskId === null) throw conflict('The AI task is not linked to a task');
  if (task.status !== 'PENDING' && task.status !== 'FAILED') {
    throw conflict(`The AI task is ${task.rawStatus} already`);
  }
  const { dependsOn } = task.details;
  const found = await readEach(connection, dependsOn);
  // A dependency that no longer exists was completed and has expired (docs/upstream/quantcdn.md, Dependencies).
  const open = dependsOn.filter((_id, index) => (found[index]?.status ?? 'COMPLETED') !== 'COMPLETED');
  if (open.length > 0) throw conflict(`The AI task waits for ${open.join(', ')}`);
}

/** One call for each AI task; null for one that does not exist. */
function readEach(
  connection: QuantCdnConnection,
  ids: readonly string[],
): Promise<(DetailedAiTask | null)[]> {
  return mapLimit(READS_AT_ONCE, ids, (id) => connection.call((client) => findTask(client, id)));
}

/**
 * Checks that a list can be run to its end: it has tasks, no cycle among the open ones, and each open one is linked.
 * @throws GatewayError `BAD_USER_INPUT` that names the tasks in question
 */
export async function assertListRunnable(
  store: Store,
  connection: QuantCdnConnection,
  graph: AiTaskGraph,
): Promise<void> {
  const refuse = (message: string) => badUserInput({ path: 'taskListId', message });
  if (graph.nodes.length === 0) throw refuse('names a list without tasks');
  if (!graph.isComplete) throw refuse('has tasks that cannot be read');
  const { cycles, done, running } = analyzeTasks(graph.nodes);
  const settled = new Set([...done, ...running]);
  const cycle = cycles.find((one) => one.every((id) => !settled.has(id)));
  if (cycle !== undefined) throw refuse(`has tasks that wait for each other: ${cycle.join(' → ')}`);
  const open = graph.nodes.map(({ id }) => id).filter((id) => !settled.has(id));
  const unlinked = await findUnlinked(store, connection, open);
  if (unlinked.length > 0) throw refuse(`has tasks that are not linked to a task: ${unlinked.join(', ')}`);
}

/** The AI tasks that are not linked. Only those without a stored link are read. */
async function findUnlinked(
  store: Store,
  connection: QuantCdnConnection,
  ids: readonly string[],
): Promise<string[]> {
  const stored = await linksOf(store.db, connection.ownerId, connection.account, ids);
  const tasks = await readEach(
    connection,
    ids.filter((id) => !stored.has(id)),
  );
  return tasks.flatMap((task) =>
    task !== null && readLink(task.details.metadata).taskId === null ? [task.id] : [],
  );
}
