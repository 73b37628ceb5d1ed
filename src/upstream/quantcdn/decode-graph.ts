import { z } from 'zod';
import { readAiTaskStatus } from '../../domain/ai-task-status.ts';
import { isJsonObject } from '../../lib/json.ts';
import { decodeList, elementsOf, textOrEmpty } from '../loose-fields.ts';
import { idListOrNull, taskId } from './fields.ts';
import type { AiTaskGraphNode } from './model.ts';

/** A node as it came, where a missing list is still to be told from an empty one. */
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

/** A node with its id under the one name, wherever it was. */
function named(node: unknown, key?: string): unknown {
  return isJsonObject(node) ? { ...node, taskId: node.taskId ?? node.id ?? key } : node;
}

/** The nodes of a map by id, of a list, or of a list written as a map by position (page section 3.6, INF). */
function rawNodesOf(graph: unknown): unknown[] | undefined {
  const elements = elementsOf(graph);
  if (elements) return elements.map((node) => named(node));
  return isJsonObject(graph) ? Object.entries(graph).map(([key, node]) => named(node, key)) : undefined;
}

/** Each id that is named, with those that name it. */
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
 * The nodes of a graph in any shape; `undefined` when it is none. Where one direction is missing it is read from
 * the other. A dependency outside the list has no node, and stays where it is named.
 */
export function decodeNodes(
  graph: unknown,
  onSkip: (skipped: number) => void,
): AiTaskGraphNode[] | undefined {
  const raw = rawNodesOf(graph);
  if (!raw) return undefined;
  const byId = new Map<string, z.output<typeof nodeSchema>>();
  // Of two nodes with one id the first counts, so that everybody who walks the graph walks the same.
  for (const node of decodeList(nodeSchema, raw, onSkip)) if (!byId.has(node.id)) byId.set(node.id, node);
  const nodes = [...byId.values()];
  // Not one node among so many: it is another shape than any we know, and not an empty graph.
  if (nodes.length === 0 && raw.length > 0) return undefined;
  const dependents = inverse(nodes.map(({ id, dependsOn }) => [id, dependsOn]));
  const dependencies = inverse(nodes.map(({ id, dependents }) => [id, dependents]));
  return nodes.map((node) => ({
    ...node,
    dependsOn: node.dependsOn ?? dependencies.get(node.id) ?? [],
    dependents: node.dependents ?? dependents.get(node.id) ?? [],
  }));
}
