/** Work on its way, and how many wait for it. */
interface Flight {
  result: Promise<unknown>;
  waiting: number;
  abort: AbortController;
}

/** Shares equal work while it is under way; keeps nothing once it is done. */
export interface SingleFlight {
  /**
   * Joins the flight of this group and key, or starts it. A caller's abort ends only that caller's wait;
   * the work itself is aborted when the last one has left.
   */
  run<T>(
    group: string,
    key: string,
    start: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** True while such a flight may be joined. */
  has(group: string, key: string): boolean;
  /** Nobody joins the group's flights any more; those on board still land. */
  forget(group: string): void;
}

/** Makes a single flight. Equal keys of one group must mean equal work: the result type is the starter's. */
export function createSingleFlight(): SingleFlight {
  const groups = new Map<string, Map<string, Flight>>();

  const remove = (group: string, key: string, flight: Flight): void => {
    const flights = groups.get(group);
    if (flights?.get(key) !== flight) return;
    flights.delete(key);
    if (flights.size === 0) groups.delete(group);
  };

  const launch = (group: string, key: string, start: (signal: AbortSignal) => Promise<unknown>): Flight => {
    const abort = new AbortController();
    const flight: Flight = { abort, waiting: 0, result: start(abort.signal) };
    const flights = groups.get(group) ?? new Map<string, Flight>();
    groups.set(group, flights.set(key, flight));
    const land = (): void => remove(group, key, flight);
    flight.result.then(land, land);
    return flight;
  };

  return {
    run: async <T>(
      group: string,
      key: string,
      start: (signal: AbortSignal) => Promise<T>,
      signal?: AbortSignal,
    ) => {
      signal?.throwIfAborted();
      const flight = groups.get(group)?.get(key) ?? launch(group, key, start);
      flight.waiting += 1;
      try {
        return (await untilAborted(flight.result, signal)) as T;
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0) {
          remove(group, key, flight);
          flight.abort.abort(signal?.reason);
        }
      }
    },
    has: (group, key) => groups.get(group)?.has(key) ?? false,
    forget: (group) => void groups.delete(group),
  };
}

/** The promise's outcome, or the signal's reason if that comes first. */
function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
