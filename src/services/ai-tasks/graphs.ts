import { analyzeTasks, type TaskGraphAnalysis, type TaskNode } from '../../domain/graph/analyze.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import { findTask, READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import type { AiTaskGraph, AiTaskGraphNode } from '../../upstream/quantcdn/model.ts';

/** The graph of a list, and what follows from it; every part names tasks of the list only. */
export type AnalyzedGraph = AiTaskGraph & Omit<TaskGraphAnalysis, 'dangling'>;

/** Prerequisites outside the list are looked at up to this number; further ones count as unfinished. */
const MAX_OUTSIDE = 200;

/**
 * Reads and analyzes the graph of a list: one call; one more where somebody has blocked tasks by hand, to learn by
 * what; and one for each prerequisite the graph does not show. That one may be in another list, still unfinished, or
 * gone, which counts as completed (upstream page, section 4).
 */
export async function readGraph(client: QuantCdnClient, taskListId: string): Promise<AnalyzedGraph> {
  const graph = await client.readGraph(taskListId);
  const [blockers, outside] = await Promise.all([
    readBlockers(client, graph),
    readOutside(client, graph.nodes),
  ]);
  const nodes = graph.nodes.map((node) => ({ ...node, blockedBy: blockers.get(node.id) ?? [] }));
  return { ...graph, ...analyze(nodes, outside) };
}

/** What the tasks of a list wait for as somebody said by hand; the graph does not tell. */
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
  // What they themselves wait for is another list's affair.
  return [...found.filter((task) => task !== null), ...unread].map(({ id, status }) => ({
    id,
    status,
    dependsOn: [],
  }));
}

function analyze(inside: readonly TaskNode[], outside: readonly TaskNode[]) {
  const { dangling: _, ...analysis } = analyzeTasks([...inside, ...outside]);
  if (outside.length === 0) return analysis;
  const foreign = new Set(outside.map(({ id }) => id));
  const own = (ids: readonly string[]): string[] => ids.filter((id) => !foreign.has(id));
  const lost = new Set(analysis.unreachable.map(({ id }) => id));
  return {
    ...analysis,
    done: own(analysis.done),
    running: own(analysis.running),
    ready: own(analysis.ready),
    blocked: analysis.blocked.filter(({ id }) => !foreign.has(id)),
    // The longest chain within the list: one that begins outside would be longer by what is none of its work.
    criticalPath: analyzeTasks(inside.filter(({ id }) => !lost.has(id))).criticalPath,
  };
}
