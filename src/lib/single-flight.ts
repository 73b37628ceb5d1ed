/** A call under way, and how many callers wait for it. */
interface Flight {
  result: Promise<unknown>;
  waiting: number;
  /** Undefined when the caller that started it cannot leave before it lands. */
  abort: AbortController | undefined;
  hasLanded: boolean;
}

/** Gives concurrent callers with the same group and key one shared call. Results are not cached. */
export interface SingleFlight {
  /**
   * Joins the call of this group and key, or starts it. When a caller aborts, only its own wait ends. The signal given
   * to `start` aborts when no caller waits any more for a call under way; without a `signal` the caller waits until the
   * end, so `start` gets none.
   */
  run<T>(
    group: string,
    key: string,
    start: (signal: AbortSignal | undefined) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** True while there is a call that can be joined. */
  has(group: string, key: string): boolean;
  /** Later callers do not join the group's calls under way; present callers still get their results. */
  forget(group: string): void;
}

/** Callers must use equal keys of one group only for the same call, as the result has the type of the caller that started it. */
export function createSingleFlight(): SingleFlight {
  const groups = new Map<string, Map<string, Flight>>();

  const remove = (group: string, key: string, flight: Flight): void => {
    const flights = groups.get(group);
    if (flights?.get(key) !== flight) return;
    flights.delete(key);
    if (flights.size === 0) groups.delete(group);
  };

  const begin = (
    group: string,
    key: string,
    start: (signal: AbortSignal | undefined) => Promise<unknown>,
    signal: AbortSignal | undefined,
  ): Flight => {
    const abort = signal && new AbortController();
    const flight: Flight = { abort, waiting: 0, hasLanded: false, result: start(abort?.signal) };
    const flights = groups.get(group) ?? new Map<string, Flight>();
    groups.set(group, flights.set(key, flight));
    const end = (): void => {
      flight.hasLanded = true;
      remove(group, key, flight);
    };
    flight.result.then(end, end);
    return flight;
  };

  return {
    run: async <T>(
      group: string,
      key: string,
      start: (signal: AbortSignal | undefined) => Promise<T>,
      signal?: AbortSignal,
    ) => {
      signal?.throwIfAborted();
      const flight = groups.get(group)?.get(key) ?? begin(group, key, start, signal);
      flight.waiting += 1;
      try {
        return (await untilAborted(flight.result, signal)) as T;
      } finally {
        flight.waiting -= 1;
        // An abort makes an error with a stack: a call that has landed is spared that.
        if (flight.waiting === 0 && !flight.hasLanded) {
          remove(group, key, flight);
          flight.abort?.abort(signal?.reason);
        }
      }
    },
    has: (group, key) => groups.get(group)?.has(key) ?? false,
    forget: (group) => void groups.delete(group),
  };
}

/** Settles like the promise, or rejects with the signal's reason if that comes first. */
function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
