import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds. @returns whether it did within the time */
export async function until(condition: () => boolean, limitMs: number): Promise<boolean> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) return false;
    await sleep(5);
  }
  return true;
}

/** Runs a task for each item, `width` at a time. */
export async function forEachOf<T>(
  items: readonly T[],
  width: number,
  task: (item: T, position: number) => Promise<void>,
): Promise<void> {
  const rest = items.entries();
  const work = async () => {
    for (const [position, item] of rest) await task(item, position);
  };
  await Promise.all(Array.from({ length: width }, work));
}
