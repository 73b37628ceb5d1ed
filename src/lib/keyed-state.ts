import type { Clock } from './clock.ts';

export interface KeyedStateOptions<T> {
  create: (key: string) => T;
  /** True when a new state would behave the same, so that this one can be dropped. */
  isIdle: (state: T) => boolean;
  clock: Clock;
  /** At most this often, a `get` first drops the idle states. @default 60 s */
  sweepEveryMs?: number;
}

/** A state per key. Idle states are dropped, so memory is bounded by the keys in use, not by all keys ever seen. */
export interface KeyedState<T> {
  /** The state of a key, created when there is none. */
  get(key: string): T;
  size(): number;
  /** Every state that is kept. */
  values(): Iterable<T>;
}

export function createKeyedState<T>(options: KeyedStateOptions<T>): KeyedState<T> {
  const { create, isIdle, clock, sweepEveryMs = 60_000 } = options;
  const states = new Map<string, T>();
  let sweptAtMs = clock.steadyMs();

  const sweep = (): void => {
    const nowMs = clock.steadyMs();
    if (nowMs - sweptAtMs < sweepEveryMs) return;
    sweptAtMs = nowMs;
    for (const [key, state] of states) if (isIdle(state)) states.delete(key);
  };

  return {
    get: (key) => {
      sweep();
      const existing = states.get(key);
      if (existing !== undefined) return existing;
      const state = create(key);
      states.set(key, state);
      return state;
    },
    size: () => states.size,
    values: () => states.values(),
  };
}
