import { cycleThrough, type TaskNode } from '../../domain/graph/analyze.ts';
import { badUserInput, type GatewayError } from '../../errors.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import { findTask, READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import type { DetailedAiTask } from '../../upstream/quantcdn/model.ts';

/** How many tasks outside the list are looked at before a change is refused as one that cannot be checked. */
const MAX_READS = 500;

/** Refuses a new task that depends on nothing known: one read for each dependency. It can close no circle yet. */
export async function checkNewDependencies(
  client: QuantCdnClient,
  dependsOn: readonly string[],
): Promise<void> {
  const found = await mapLimit(READS_AT_ONCE, dependsOn, (id) => findTask(client, id));
  refuseUnknown(dependsOn.filter((_id, index) => found[index] === null));
}

/**
 * Refuses dependencies of a task on itself, on nothing known, or in a circle, before they are sent: the upstream would
 * take them. Only what is new is looked at, so that a dependency may stay that has been completed and has expired.
 */
export async function checkChangedDependencies(
  client: QuantCdnClient,
  id: string,
  dependsOn: readonly string[],
): Promise<void> {
  if (dependsOn.includes(id)) throw refusal(`${id} would depend on itself`);
  if (dependsOn.length === 0) return;
  const task = await client.readTask(id);
  const added = dependsOn.filter((one) => !task.details.dependsOn.includes(one));
  if (added.length === 0) return;
  const { nodes, unknown } = await reach(client, task, added);
  refuseUnknown(added.filter((one) => unknown.has(one)));
  const cycle = cycleThrough(nodes, id, added);
  if (cycle) throw refusal(`would close the circle ${[...cycle, id].join(' → ')}`);
}

interface Reached {
  nodes: TaskNode[];
  /** Ids that name nothing. */
  unknown: Set<string>;
}

/** Everything some tasks depend on, however far: by the graph of the task's list, and beyond it by reading each. */
async function reach(
  client: QuantCdnClient,
  task: DetailedAiTask,
  from: readonly string[],
): Promise<Reached> {
  const graph = task.taskListId === null ? undefined : await client.readGraph(task.taskListId);
  const nodes = new Map<string, TaskNode>(graph?.nodes.map((node) => [node.id, node]));
  const unknown = new Set<string>();
  const visited = new Set([task.id]);
  let reads = 0;
  for (let front = distinct(from, visited); front.length > 0; ) {
    const unread = front.filter((id) => !nodes.has(id));
    reads += unread.length;
    if (reads > MAX_READS) throw refusal(`reaches more than ${MAX_READS} tasks of other lists`);
    const found = await mapLimit(READS_AT_ONCE, unread, (id) => findTask(client, id));
    for (const [index, id] of unread.entries()) {
      const read = found[index] ?? null;
      if (read === null) unknown.add(id);
      else nodes.set(id, { id, status: read.status, dependsOn: read.details.dependsOn });
    }
    for (const id of front) visited.add(id);
    front = distinct(
      front.flatMap((id) => nodes.get(id)?.dependsOn ?? []),
      visited,
    );
  }
  return { nodes: [...nodes.values()], unknown };
}

function distinct(ids: readonly string[], visited: ReadonlySet<string>): string[] {
  return [...new Set(ids)].filter((id) => !visited.has(id));
}

function refuseUnknown(ids: readonly string[]): void {
  if (ids.length > 0) throw refusal(`nothing is known of ${ids.join(', ')}`);
}

function refusal(message: string): GatewayError {
  return badUserInput({ path: 'input.dependsOn', message });
}
