import { analyzeTasks, type TaskGraphAnalysis, type TaskNode } from '../../domain/graph/analyze.ts';
import { groupsOf, stagesOf } from '../../domain/graph/stages.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import { findTask, READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import type { AiTaskGraph, AiTaskGraphNode } from '../../upstream/quantcdn/model.ts';

/** The graph of a list and its analysis; every part names tasks of the list only. */
export type AnalyzedGraph = AiTaskGraph &
  Omit<TaskGraphAnalysis, 'dangling'> & {
    /** Level by level: each stage may run once all before it are done. */
    stages: string[][];
    /** Tasks that share no dependency with those of other groups. */
    groups: string[][];
  };

/** Prerequisites outside the list are read up to this number; further ones count as unfinished. */
const MAX_OUTSIDE = 200;

/**
 * Reads and analyzes the graph of a list. Costs one call; one more if a task has the status blocked, because the graph
 * does not show by what; and one for each prerequisite that the graph does not show. Such a prerequisite is in another
 * list or no longer exists; one that no longer exists counts as completed (docs/upstream/quantcdn.md, Dependencies).
 */
export async function readGraph(client: QuantCdnClient, taskListId: string): Promise<AnalyzedGraph> {
  const graph = await client.readGraph(taskListId);
  const [blockers, outside] = await Promise.all([
    readBlockers(client, graph),
    readOutside(client, graph.nodes),
  ]);
  const nodes = graph.nodes.map((node) => ({ ...node, blockedBy: blockers.get(node.id) ?? [] }));
  return { ...graph, ...analyze(nodes, outside), stages: stagesOf(nodes), groups: groupsOf(nodes) };
}

/** By task, the tasks that `blockedByTaskIds` names. */
async function readBlockers(
  client: QuantCdnClient,
  { taskListId, nodes }: AiTaskGraph,
): Promise<Map<string, string[]>> {
  if (!nodes.some(({ status }) => status === 'BLOCKED')) return new Map();
  const { tasks } = await client.listTasks({ taskListId, rawStatus: 'blocked' });
  return new Map(tasks.map(({ id, blockedByTaskIds }) => [id, blockedByTaskIds ?? []]));
}

async function readOutside(client: QuantCdnClient, nodes: readonly AiTaskGraphNode[]): Promise<TaskNode[]> {
  const inside = new Set(nodes.map(({ id }) => id));
  const missing = new Set(nodes.flatMap(({ dependsOn }) => dependsOn.filter((id) => !inside.has(id))));
  const found = await mapLimit(READS_AT_ONCE, [...missing].slice(0, MAX_OUTSIDE), (id) =>
    findTask(client, id),
  );
  const unread = [...missing].slice(MAX_OUTSIDE).map((id) => ({ id, status: 'UNKNOWN' as const }));
  // Their own dependencies do not belong to this list.
  return [...found.filter((task) => task !== null), ...unread].map(({ id, status }) => ({
    id,
    status,
    dependsOn: [],
  }));
}

function analyze(inside: readonly TaskNode[], outside: readonly TaskNode[]) {
  const { dangling: _, ...analysis } = analyzeTasks([...inside, ...outside]);
  if (outside.length === 0) return analysis;
  const outsideIds = new Set(outside.map(({ id }) => id));
  const keepInside = (ids: readonly string[]): string[] => ids.filter((id) => !outsideIds.has(id));
  const unreachable = new Set(analysis.unreachable.map(({ id }) => id));
  return {
    ...analysis,
    done: keepInside(analysis.done),
    running: keepInside(analysis.running),
    ready: keepInside(analysis.ready),
    blocked: analysis.blocked.filter(({ id }) => !outsideIds.has(id)),
    // Chains that start in another list are excluded: that work does not belong to this list.
    criticalPath: analyzeTasks(inside.filter(({ id }) => !unreachable.has(id))).criticalPath,
  };
}
