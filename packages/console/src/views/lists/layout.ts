import { Graph, layout as runDagre } from '@dagrejs/dagre';

export const NODE_WIDTH = 192;
export const NODE_HEIGHT = 56;
export const COLUMN_GAP = 44;
const ROW_GAP = 18;

/** Above so many tasks dagre takes seconds; the simpler layout below takes milliseconds. */
const DAGRE_MAX_TASKS = 250;

/** What is laid out: tasks by their position in the list. */
export interface LayoutInput {
  count: number;
  /** The stage of each task, from 1; 0 for one in a cycle. */
  stages: readonly number[];
  /** Pairs of positions: the first has to be done before the second. */
  edges: readonly (readonly [number, number])[];
}

/** The upper left corner of each task. */
export interface LayoutResult {
  x: Float64Array;
  y: Float64Array;
}

/** Lays tasks out from left to right, stage by stage, with few crossings. */
export function layOut(input: LayoutInput): LayoutResult {
  const columns = columnsOf(input);
  const order = input.count <= DAGRE_MAX_TASKS ? heightsByDagre(input) : heightsByMedian(input, columns);
  const x = new Float64Array(input.count);
  for (const [column, tasks] of columns.entries())
    for (const task of tasks) x[task] = column * (NODE_WIDTH + COLUMN_GAP);
  return { x, y: order };
}

/** The tasks of each stage; those in cycles come last. */
function columnsOf({ count, stages }: LayoutInput): number[][] {
  const last = Math.max(0, ...stages);
  const columns: number[][] = Array.from({ length: last + 1 }, () => []);
  for (let task = 0; task < count; task += 1) columns[((stages[task] || last + 1) as number) - 1]?.push(task);
  return columns;
}

/**
 * Dagre ranks by the longest path to the sinks. The graph is turned around for it, so that its sinks are the tasks that depend on
 * nothing and its ranks are the stages.
 */
function heightsByDagre({ count, edges }: LayoutInput): Float64Array {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'RL', nodesep: ROW_GAP, ranksep: COLUMN_GAP, ranker: 'longest-path' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (let task = 0; task < count; task += 1)
    graph.setNode(String(task), { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const [from, to] of edges) graph.setEdge(String(to), String(from));
  runDagre(graph);
  const y = new Float64Array(count);
  for (let task = 0; task < count; task += 1) y[task] = (graph.node(String(task)).y ?? 0) - NODE_HEIGHT / 2;
  return y;
}

/** Sorts each column by where the neighbors of its tasks stand, some times there and back, then centers the columns. */
function heightsByMedian({ count, edges }: LayoutInput, columns: number[][]): Float64Array {
  const before: number[][] = Array.from({ length: count }, () => []);
  const after: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    before[to]?.push(from);
    after[from]?.push(to);
  }
  const place = new Float64Array(count);
  const settle = (tasks: number[]): void => {
    for (const [row, task] of tasks.entries()) place[task] = row - tasks.length / 2;
  };
  for (const tasks of columns) settle(tasks);
  const sweep = (order: readonly number[][], neighbors: readonly number[][]): void => {
    for (const tasks of order) {
      const wanted = new Map(tasks.map((task) => [task, averageOf(neighbors[task] ?? [], place, task)]));
      tasks.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
      settle(tasks);
    }
  };
  for (let round = 0; round < 4; round += 1) {
    sweep(columns, before);
    sweep(columns.toReversed(), after);
  }
  return place.map((row) => row * (NODE_HEIGHT + ROW_GAP));
}

function averageOf(neighbors: readonly number[], place: Float64Array, own: number): number {
  if (neighbors.length === 0) return place[own] ?? 0;
  return neighbors.reduce((sum, one) => sum + (place[one] ?? 0), 0) / neighbors.length;
}
