import { type Clock, sleepOn, type Timer } from '../../src/lib/clock.ts';

/** A clock that moves only with `runUntil`. */
export interface SimulatedClock extends Clock {
  /** Runs every timer that is due up to a time, in order, and after each moment the work that it has begun. */
  runUntil(endMs: number): Promise<void>;
}

/** Some moment; the simulation has no other time. */
export const START_MS = 1_800_000_000_000;

/** The store answers within one turn of the event loop; the second one is for what follows an answer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function createSimulatedClock(): SimulatedClock {
  let nowMs = START_MS;
  /** The timers of each moment. */
  const moments = new Map<number, Set<() => void>>();

  const after = (delayMs: number, task: () => void): Timer => {
    const atMs = nowMs + Math.max(1, Math.ceil(delayMs));
    const tasks = moments.get(atMs) ?? new Set();
    moments.set(atMs, tasks.add(task));
    return { cancel: () => void tasks.delete(task) };
  };

  return {
    now: () => nowMs,
    steadyMs: () => nowMs - START_MS,
    evenMs: () => nowMs,
    after,
    sleep: (delayMs, signal) => sleepOn(after, delayMs, signal),
    async runUntil(endMs) {
      for (; nowMs < endMs; nowMs += 1) {
        const tasks = moments.get(nowMs);
        if (tasks === undefined) continue;
        moments.delete(nowMs);
        for (const task of tasks) task();
        await settle();
      }
    },
  };
}
