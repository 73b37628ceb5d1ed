import type { Environment } from '../environment.ts';

/**
 * Runs `work` once for all who ask for it at the same time, and, where the page has locks, after the same work of other tabs
 * has ended.
 * @param name names the lock
 */
export function oneAtATime<T>(
  { locks }: Environment,
  name: string,
  work: () => Promise<T>,
): () => Promise<T> {
  let running: Promise<T> | undefined;
  const run = (): Promise<T> =>
    locks === undefined ? work() : (locks.request(name, work) as unknown as Promise<T>);
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}
