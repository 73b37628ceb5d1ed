/**
 * An async generator whose `return()` takes effect at once, also while the generator waits: the signal it
 * is given aborts, and a wait that ends with that signal's reason ends the iteration quietly. A plain async
 * generator would queue the `return()` behind the pending `next()`, for as long as nothing happens.
 */
export function pullable<T>(
  generate: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
): AsyncIterableIterator<T, void, void> {
  const abort = new AbortController();
  const inner = generate(abort.signal);
  const done = { done: true, value: undefined } as const;
  return {
    async next() {
      try {
        return await inner.next();
      } catch (error) {
        if (abort.signal.aborted && error === abort.signal.reason) return done;
        throw error;
      }
    },
    async return() {
      abort.abort();
      await inner.return();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Some items that are at hand, then what an iterator brings. */
export function concat<T>(
  first: readonly T[],
  rest: AsyncIterableIterator<T, void, void>,
): AsyncIterableIterator<T, void, void> {
  const waiting = [...first];
  return {
    async next() {
      const value = waiting.shift();
      return value === undefined ? rest.next() : { done: false, value };
    },
    async return() {
      waiting.length = 0;
      await rest.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Each item of an iterator in another shape. */
export function mapAsync<T, U>(
  items: AsyncIterableIterator<T, void, void>,
  change: (item: T) => U,
): AsyncIterableIterator<U, void, void> {
  return {
    async next() {
      const { done, value } = await items.next();
      return done ? { done, value: undefined } : { done: false, value: change(value) };
    },
    async return() {
      await items.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
