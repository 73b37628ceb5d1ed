import type { Clock } from '../lib/clock.ts';
import { readTimeMs, type Store } from './store.ts';

/** The present time of the store, in ms since the epoch. */
export type StoreClock = () => number;

/** Reads the time of the store once and counts on by steady time: for work that compares several stored times. */
export async function startStoreClock(
  store: Pick<Store, 'db' | 'time'>,
  clock: Pick<Clock, 'evenMs' | 'steadyMs'>,
): Promise<StoreClock> {
  const readMs = await readTimeMs(store, clock.evenMs());
  const startMs = clock.steadyMs();
  return () => readMs + Math.round(clock.steadyMs() - startMs);
}
