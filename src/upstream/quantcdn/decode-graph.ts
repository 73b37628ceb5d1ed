import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import type { ReportFinding } from '../fields/drift.ts';
import type { ObjectReader } from '../fields/object-reader.ts';
import { readObject } from '../fields/read.ts';
import { elementsOf } from '../fields/values.ts';
import { prepareTask, readStatus } from './decode-task.ts';
import { otherIdOf, taskIdOf, withUnwrapped } from './fields.ts';
import type { AiTaskGraphNode } from './model.ts';

/** A node as it was read. A missing list is null here, to be distinguished from an empty one. */
type DecodedNode = Omit<AiTaskGraphNode, 'dependsOn' | 'dependents'> & {
  dependsOn: string[] | null;
  dependents: string[] | null;
  raw: JsonObject | null;
};

/** The nodes of a graph. */
export interface DecodedNodes {
  nodes: AiTaskGraphNode[];
  /** What the nodes say that has no field, by the id of the node; null when there is nothing. */
  raw: JsonObject | null;
  /** The number of nodes that could not be decoded. */
  skipped: number;
}

/** A node and its key in a map of nodes. */
interface RawNode {
  value: unknown;
  key: string | undefined;
}

/**
 * The nodes of a map by id, of a list, or of a list with number keys (docs/upstream/quantcdn.md, Dependency graph;
 * assumed).
 */
function rawNodesOf(graph: unknown): RawNode[] | undefined {
  const elements = elementsOf(graph);
  if (elements) return elements.map((value) => ({ value, key: undefined }));
  if (!isJsonObject(graph)) return undefined;
  return Object.entries(graph).map(([key, value]) => ({ value, key }));
}

/** A node has its id as `taskId`, as `id`, or as its key in the map. */
function readNode(reader: ObjectReader, key: string | undefined): DecodedNode | undefined {
  const ids = ['taskId', 'id'].map((name) => reader.value(name, taskIdOf));
  const id = ids.find((one) => one !== null) ?? taskIdOf(key);
  if (id === undefined) return undefined;
  return {
    id,
    title: reader.text('title') ?? '',
    ...readStatus(reader),
    dependsOn: reader.valuesOrNull('dependsOn', otherIdOf),
    dependents: reader.valuesOrNull('dependents', otherIdOf),
    raw: reader.raw(),
  };
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
export function decodeNodes(graph: unknown, report: ReportFinding): DecodedNodes | undefined {
  const found = rawNodesOf(graph);
  if (!found) return undefined;
  const byId = new Map<string, DecodedNode>();
  let skipped = 0;
  for (const { value, key } of found) {
    const place = key === undefined ? 'graph[]' : 'graph.*';
    const node = readObject(prepareNode(value), place, report, (reader) => readNode(reader, key));
    if (node === undefined) {
      skipped += 1;
      report({ path: place, kind: 'UNREADABLE_ELEMENT' });
    } else if (!byId.has(node.id)) byId.set(node.id, node);
    // If two nodes have one id, the first one counts.
  }
  const decoded = [...byId.values()];
  // If no element decodes, the graph has an unknown shape; it is not empty.
  if (decoded.length === 0 && found.length > 0) return undefined;
  const dependents = inverse(decoded.map(({ id, dependsOn }) => [id, dependsOn]));
  const dependencies = inverse(decoded.map(({ id, dependents }) => [id, dependents]));
  const raws = decoded.flatMap(({ id, raw }) => (raw === null ? [] : [[id, raw] as const]));
  return {
    nodes: decoded.map(({ raw: _, ...node }) => ({
      ...node,
      dependsOn: node.dependsOn ?? dependencies.get(node.id) ?? [],
      dependents: node.dependents ?? dependents.get(node.id) ?? [],
    })),
    raw: raws.length === 0 ? null : Object.fromEntries(raws),
    skipped,
  };
}

function prepareNode(value: unknown): unknown {
  const prepared = prepareTask(value);
  return isJsonObject(prepared) ? withUnwrapped(prepared, ['dependents']) : prepared;
}
