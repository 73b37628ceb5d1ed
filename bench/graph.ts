import { performance } from 'node:perf_hooks';
import { AI_TASK_STATUSES, type AiTaskStatus } from '../src/domain/ai-task-status.ts';
import { analyzeTasks, type TaskNode } from '../src/domain/graph/analyze.ts';

const TASKS = 2_000;
const RUNS = 200;
const WARM_UP_RUNS = 20;

/** A fixed sequence (mulberry32), so that every run measures the same graphs. */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
}

const roll = createDice(1);
function anyStatus(): AiTaskStatus {
  return AI_TASK_STATUSES[roll(AI_TASK_STATUSES.length)] ?? 'UNKNOWN';
}
/** Ids as long as the upstream's. */
function idOf(at: number): string {
  return `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
}

function graph(needs: (at: number) => number[], status: (at: number) => AiTaskStatus): TaskNode[] {
  return Array.from({ length: TASKS }, (_, at) => ({
    id: idOf(at),
    status: status(at),
    dependsOn: needs(at).map(idOf),
  }));
}
function some(count: number, sides: number): number[] {
  return Array.from({ length: count }, () => roll(sides));
}
function pending(): AiTaskStatus {
  return 'PENDING';
}

const half = TASKS / 2;
const graphs: Record<string, TaskNode[]> = {
  'sparse, 0-2 deps a task': graph((at) => (at === 0 ? [] : some(roll(3), at)), anyStatus),
  'dense, 10 deps a task': graph((at) => (at === 0 ? [] : some(10, at)), anyStatus),
  'dense, all pending': graph((at) => (at === 0 ? [] : some(10, at)), pending),
  'dense with cycles': graph(() => some(10, TASKS), anyStatus),
  chain: graph((at) => (at === 0 ? [] : [at - 1]), pending),
  'chain behind a failed task': graph(
    (at) => (at === 0 ? [] : [at - 1]),
    (at) => (at === 0 ? 'FAILED' : 'PENDING'),
  ),
  'wide fan': graph((at) => (at === 0 ? [] : [0]), pending),
  'one ring': graph((at) => [(at + 1) % TASKS], pending),
  'worst: 1000 waiting in line, each also on a failed one': graph(
    (at) => (at < half ? [] : at === half ? [0] : [at - 1, at - half]),
    (at) => (at < half ? 'FAILED' : 'PENDING'),
  ),
  'worst: 1000 waiting on all of 1000 failed': graph(
    (at) => (at < half ? [] : at === half ? Array.from({ length: half }, (_, failed) => failed) : [half]),
    (at) => (at < half ? 'FAILED' : 'PENDING'),
  ),
};

function measure(nodes: readonly TaskNode[]): number[] {
  for (let run = 0; run < WARM_UP_RUNS; run += 1) analyzeTasks(nodes);
  const tookMs = Array.from({ length: RUNS }, () => {
    const startMs = performance.now();
    analyzeTasks(nodes);
    return performance.now() - startMs;
  });
  return tookMs.toSorted((one, other) => one - other);
}

console.log(`analyzeTasks, ${TASKS} tasks, ${RUNS} runs a graph, Node ${process.version}`);
console.log(`${'graph'.padEnd(56)}${'median ms'.padStart(10)}${'p99 ms'.padStart(10)}`);
for (const [name, nodes] of Object.entries(graphs)) {
  const tookMs = measure(nodes);
  const [median, p99] = [0.5, 0.99].map((share) => (tookMs[Math.floor(RUNS * share)] ?? 0).toFixed(2));
  console.log(`${name.padEnd(56)}${median?.padStart(10)}${p99?.padStart(10)}`);
}
