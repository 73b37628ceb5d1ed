import { cycleThrough, type TaskNode } from '../../domain/graph/analyze.ts';
import { badUserInput, type GatewayError } from '../../errors.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import { findTask, READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import type { DetailedAiTask } from '../../upstream/quantcdn/model.ts';

/** A change that needs more reads of tasks outside the list is refused, because it cannot be checked. */
const MAX_READS = 500;

/**
 * Checks the dependencies of a new task, by one read each. A new task cannot be part of a cycle.
 * @throws GatewayError `BAD_USER_INPUT` for a dependency that does not exist
 */
export async function assertNewDependencies(
  client: QuantCdnClient,
  dependsOn: readonly string[],
): Promise<void> {
  const found = await mapLimit(READS_AT_ONCE, dependsOn, (id) => findTask(client, id));
  assertNoneMissing(dependsOn.filter((_id, index) => found[index] === null));
}

/**
 * Checks changed dependencies before they are sent, because the upstream accepts all of them. Only added ones are checked:
 * an old dependency may stay after it was completed and has expired.
 * @throws GatewayError `BAD_USER_INPUT` for a dependency on the task itself, on a missing task, or in a cycle
 */
export async function assertChangedDependencies(
  client: QuantCdnClient,
  id: string,
  dependsOn: readonly string[],
): Promise<void> {
  if (dependsOn.includes(id)) throw refusal(`${id} would depend on itself`);
  if (dependsOn.length === 0) return;
  const task = await client.readTask(id);
  const added = dependsOn.filter((one) => !task.details.dependsOn.includes(one));
  if (added.length === 0) return;
  const { nodes, missing } = await readReachable(client, task, added);
  assertNoneMissing(added.filter((one) => missing.has(one)));
  const cycle = cycleThrough(nodes, id, added);
  if (cycle) throw refusal(`would close the circle ${[...cycle, id].join(' → ')}`);
}

interface ReachableTasks {
  nodes: TaskNode[];
  /** Ids of tasks that do not exist. */
  missing: Set<string>;
}

/** All tasks that some tasks depend on, directly or not: from the graph of the task's list, others by one read each. */
async function readReachable(
  client: QuantCdnClient,
  task: DetailedAiTask,
  from: readonly string[],
): Promise<ReachableTasks> {
  const graph = task.taskListId === null ? undefined : await client.readGraph(task.taskListId);
  const nodes = new Map<string, TaskNode>(graph?.nodes.map((node) => [node.id, node]));
  const missing = new Set<string>();
  const visited = new Set([task.id]);
  let reads = 0;
  for (let next = unvisited(from, visited); next.length > 0; ) {
    const unread = next.filter((id) => !nodes.has(id));
    reads += unread.length;
    if (reads > MAX_READS) throw refusal(`reaches more than ${MAX_READS} tasks of other lists`);
    const found = await mapLimit(READS_AT_ONCE, unread, (id) => findTask(client, id));
    for (const [index, id] of unread.entries()) {
      const read = found[index] ?? null;
      if (read === null) missing.add(id);
      else nodes.set(id, { id, status: read.status, dependsOn: read.details.dependsOn });
    }
    for (const id of next) visited.add(id);
    next = unvisited(
      next.flatMap((id) => nodes.get(id)?.dependsOn ?? []),
      visited,
    );
  }
  return { nodes: [...nodes.values()], missing };
}

function unvisited(ids: readonly string[], visited: ReadonlySet<string>): string[] {
  return [...new Set(ids)].filter((id) => !visited.has(id));
}

function assertNoneMissing(ids: readonly string[]): void {
  if (ids.length > 0) throw refusal(`nothing is known of ${ids.join(', ')}`);
}

function refusal(message: string): GatewayError {
  return badUserInput({ path: 'input.dependsOn', message });
}
