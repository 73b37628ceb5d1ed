import type { Clock } from './clock.ts';

/** How the state of a key is made and when it may be forgotten. */
export interface KeyedStateOptions<T> {
  create: (key: string) => T;
  /** True when a fresh state would behave the same. */
  isIdle: (state: T) => boolean;
  clock: Clock;
  /** Idle states are looked for this often, and only while others are used. @default 60 s */
  sweepEveryMs?: number;
}

/** State per key whose memory is bounded by the keys used lately, not by those ever seen. */
export interface KeyedState<T> {
  get(key: string): T;
  size(): number;
}

/** Makes the map. */
export function createKeyedState<T>(options: KeyedStateOptions<T>): KeyedState<T> {
  const { create, isIdle, clock, sweepEveryMs = 60_000 } = options;
  const states = new Map<string, T>();
  let sweptAtMs = clock.now();

  const sweep = (): void => {
    const nowMs = clock.now();
    if (nowMs - sweptAtMs < sweepEveryMs) return;
    sweptAtMs = nowMs;
    for (const [key, state] of states) if (isIdle(state)) states.delete(key);
  };

  return {
    get: (key) => {
      sweep();
      const known = states.get(key);
      if (known !== undefined) return known;
      const fresh = create(key);
      states.set(key, fresh);
      return fresh;
    },
    size: () => states.size,
  };
}
