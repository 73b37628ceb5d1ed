import { isGatewayError } from '../../errors.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import type { QuantCdnClient } from './client.ts';
import type { CollectedTasks } from './collected-tasks.ts';
import type { AiTaskGraphNode, AiTaskQuery, DetailedAiTask } from './model.ts';

/** So many single reads at a time: fast enough, and none waits for the rate budget until it is too late. */
export const READS_AT_ONCE = 10;

/**
 * Reads the tasks of a list that no page has shown, one by one: the graph names every task of its list, without a
 * limit (page section 3.2).
 * @returns whether nothing is out of sight any more; false where the query is about no list, or too many are missing
 */
export async function readMissing(
  client: QuantCdnClient,
  query: AiTaskQuery,
  seen: CollectedTasks,
  maxReads: number,
): Promise<boolean> {
  if (query.taskListId === undefined) return false;
  const { nodes, taskCount } = await client.readGraph(query.taskListId);
  const unseen = nodes.filter((node) => !seen.has(node.id) && mayMatch(node, query));
  const wanted = unseen.slice(0, maxReads);
  const tasks = await mapLimit(READS_AT_ONCE, wanted, ({ id }) => findTask(client, id));
  seen.add(tasks.filter((task) => task !== null && matches(task, query)) as DetailedAiTask[]);
  return wanted.length === unseen.length && nodes.length >= taskCount;
}

/** Null once it is gone: between two looks it may have been deleted, or have expired. */
export async function findTask(client: QuantCdnClient, id: string): Promise<DetailedAiTask | null> {
  try {
    return await client.readTask(id);
  } catch (error) {
    if (isGatewayError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** False for what the graph itself shows not to match. */
function mayMatch(node: AiTaskGraphNode, { rawStatus, dependsOn }: AiTaskQuery): boolean {
  return (
    (rawStatus === undefined || node.rawStatus === rawStatus) &&
    (dependsOn === undefined || node.dependsOn.includes(dependsOn))
  );
}

/** It may have changed since the graph was drawn. */
function matches({ details, ...task }: DetailedAiTask, query: AiTaskQuery): boolean {
  return (
    task.taskListId === query.taskListId &&
    (query.rawStatus === undefined || task.rawStatus === query.rawStatus) &&
    (query.assignedAgentId === undefined || task.assignedAgentId === query.assignedAgentId) &&
    (query.dependsOn === undefined || details.dependsOn.includes(query.dependsOn))
  );
}
