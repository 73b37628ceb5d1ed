import { readLink } from '../../domain/ai-task-metadata.ts';
import { analyzeTasks } from '../../domain/graph/analyze.ts';
import { badUserInput, conflict } from '../../errors.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import { linksOf } from '../../store/ai-tasks/links.ts';
import type { Store } from '../../store/store.ts';
import { findTask, READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import type { AiTaskGraph, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from '../common/connections.ts';

/** @throws GatewayError `CONFLICT` that says what is in the way */
export async function checkMayRun(connection: QuantCdnConnection, task: DetailedAiTask): Promise<void> {
  if (readLink(task.details.metadata).taskId === null) throw conflict('The AI task is not linked to a task');
  if (task.status !== 'PENDING' && task.status !== 'FAILED') {
    throw conflict(`The AI task is ${task.rawStatus} already`);
  }
  const { dependsOn } = task.details;
  const found = await readEach(connection, dependsOn);
  // A prerequisite that is gone was completed long ago (upstream page, section 4).
  const open = dependsOn.filter((_id, index) => (found[index]?.status ?? 'COMPLETED') !== 'COMPLETED');
  if (open.length > 0) throw conflict(`The AI task waits for ${open.join(', ')}`);
}

/** Some AI tasks, each by one call; null for what does not exist. */
function readEach(
  connection: QuantCdnConnection,
  ids: readonly string[],
): Promise<(DetailedAiTask | null)[]> {
  return mapLimit(READS_AT_ONCE, ids, (id) => connection.call((client) => findTask(client, id)));
}

/** @throws GatewayError `BAD_USER_INPUT` for a list that could not be run to its end as it is */
export async function checkListMayRun(
  store: Store,
  connection: QuantCdnConnection,
  graph: AiTaskGraph,
): Promise<void> {
  const refuse = (message: string) => badUserInput({ path: 'taskListId', message });
  if (graph.nodes.length === 0) throw refuse('names a list without tasks');
  const { cycles, done, running } = analyzeTasks(graph.nodes);
  const settled = new Set([...done, ...running]);
  const cycle = cycles.find((one) => one.every((id) => !settled.has(id)));
  if (cycle !== undefined) throw refuse(`has tasks that wait for each other: ${cycle.join(' → ')}`);
  const left = graph.nodes.map(({ id }) => id).filter((id) => !settled.has(id));
  const unlinked = await withoutLink(store, connection, left);
  if (unlinked.length > 0) throw refuse(`has tasks that are not linked to a task: ${unlinked.join(', ')}`);
}

/** Of some AI tasks those that are not linked; only those not known to be are read. */
async function withoutLink(
  store: Store,
  connection: QuantCdnConnection,
  ids: readonly string[],
): Promise<string[]> {
  const known = await linksOf(store.db, connection.ownerId, connection.account, ids);
  const unknown = ids.filter((id) => !known.has(id));
  const tasks = await readEach(connection, unknown);
  return tasks.flatMap((task) =>
    task !== null && readLink(task.details.metadata).taskId === null ? [task.id] : [],
  );
}
