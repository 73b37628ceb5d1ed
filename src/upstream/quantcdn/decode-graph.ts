import { z } from 'zod';
import { readAiTaskStatus } from '../../domain/ai-task-status.ts';
import { isJsonObject } from '../../lib/json.ts';
import { decodeList, elementsOf, textOrEmpty } from '../loose-fields.ts';
import { idListOrNull, taskId } from './fields.ts';
import type { AiTaskGraphNode } from './model.ts';

/** A node. A missing list is null here, to be distinguished from an empty one. */
const nodeSchema = z
  .object({
    taskId,
    title: textOrEmpty,
    status: textOrEmpty,
    dependsOn: idListOrNull,
    dependents: idListOrNull,
  })
  .transform(({ taskId, status, ...same }) => ({
    ...same,
    id: taskId,
    status: readAiTaskStatus(status),
    rawStatus: status,
  }));

/** A node with its id as `taskId`; the upstream may have it in `id`, or as the key of a map. */
function withTaskId(node: unknown, key?: string): unknown {
  return isJsonObject(node) ? { ...node, taskId: node.taskId ?? node.id ?? key } : node;
}

/**
 * The nodes of a map by id, of a list, or of a list with number keys (docs/upstream/quantcdn.md, Dependency graph;
 * assumed).
 */
function rawNodesOf(graph: unknown): unknown[] | undefined {
  const elements = elementsOf(graph);
  if (elements) return elements.map((node) => withTaskId(node));
  return isJsonObject(graph) ? Object.entries(graph).map(([key, node]) => withTaskId(node, key)) : undefined;
}

/** Maps each id that is referred to, to the ids that refer to it. */
function inverse(pairs: Iterable<readonly [string, readonly string[] | null]>): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const [id, others] of pairs) {
    for (const other of new Set(others)) {
      const known = index.get(other);
      if (known) known.push(id);
      else index.set(other, [id]);
    }
  }
  return index;
}

/**
 * Decodes the nodes of a graph; `undefined` when it is no graph. If one direction of the edges is missing, it is
 * computed from the other. A dependency outside the list has no node; its id is kept in `dependsOn`.
 */
export function decodeNodes(
  graph: unknown,
  onSkip: (skipped: number) => void,
): AiTaskGraphNode[] | undefined {
  const raw = rawNodesOf(graph);
  if (!raw) return undefined;
  const byId = new Map<string, z.output<typeof nodeSchema>>();
  // If two nodes have one id, the first one counts.
  for (const node of decodeList(nodeSchema, raw, onSkip)) if (!byId.has(node.id)) byId.set(node.id, node);
  const nodes = [...byId.values()];
  // If no element decodes, the graph has an unknown shape; it is not empty.
  if (nodes.length === 0 && raw.length > 0) return undefined;
  const dependents = inverse(nodes.map(({ id, dependsOn }) => [id, dependsOn]));
  const dependencies = inverse(nodes.map(({ id, dependents }) => [id, dependents]));
  return nodes.map((node) => ({
    ...node,
    dependsOn: node.dependsOn ?? dependencies.get(node.id) ?? [],
    dependents: node.dependents ?? dependents.get(node.id) ?? [],
  }));
}
