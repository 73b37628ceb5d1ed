import type { Simulator } from '../../simulator/index.ts';
import type { Random } from '../../simulator/random.ts';
import { linkedTask } from './ai-task-runs.ts';

/** How a task of a random graph ends if it is run. */
type Fate = 'completes' | 'fails' | 'failsWithWords' | 'isStopped';

/** A task of a random graph. */
export interface GraphTask {
  /** Positions of its prerequisites, all before its own. */
  needs: number[];
  fate: Fate;
  /** Its expected final status: a task behind a failed one stays pending. */
  end: 'completed' | 'failed' | 'pending';
}

/** Draws a graph without cycles, some of whose tasks fail, with its expected end. */
export function drawGraph(random: Random, size: number): GraphTask[] {
  const density = 0.04 + 0.1 * random.next();
  const risk = 0.15 * random.next();
  const tasks: GraphTask[] = [];
  for (let index = 0; index < size; index += 1) {
    const needs = Array.from({ length: index }, (_, other) => other).filter(() => random.next() < density);
    const fate = random.next() < risk ? drawFailure(random) : 'completes';
    const canStart = needs.every((other) => tasks[other]?.end === 'completed');
    const end = fate === 'completes' ? 'completed' : 'failed';
    tasks.push({ needs, fate, end: canStart ? end : 'pending' });
  }
  return tasks;
}

function drawFailure(random: Random): Fate {
  const draw = random.next();
  if (draw < 0.4) return 'fails';
  return draw < 0.8 ? 'failsWithWords' : 'isStopped';
}

/** The error of a failing deployment of the task. */
export function wordsOf(index: number): string {
  return `Runtime Error: task ${index} went wrong`;
}

/** Creates a graph in the simulator. @returns the ids of its AI tasks */
export function plantGraph(
  simulator: Simulator,
  graph: readonly GraphTask[],
  { organisation, taskListId, taskIds }: { organisation: string; taskListId: string; taskIds: string[] },
): string[] {
  const ids: string[] = [];
  for (const [index, { needs, fate }] of graph.entries()) {
    const taskId = taskIds[index] ?? '';
    const title = `Task ${index}`;
    const dependsOn = needs.map((other) => ids[other] ?? '');
    ids.push(linkedTask(simulator, { organisation, taskListId, taskId, title, dependsOn }));
    if (fate === 'fails') simulator.control.scriptTask(Number(taskId), { outcome: 'Failed' });
    if (fate === 'isStopped') simulator.control.scriptTask(Number(taskId), { outcome: 'Stopped' });
    if (fate === 'failsWithWords') {
      simulator.control.scriptTask(Number(taskId), { outcome: 'Failed', runtimeError: wordsOf(index) });
    }
  }
  return ids;
}
