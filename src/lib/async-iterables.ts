/**
 * An async generator whose `return()` takes effect at once, also while a `next()` is pending. `return()` aborts the
 * signal that `generate` gets; a wait that rejects with the signal's reason ends the iteration without an error. With a
 * plain async generator, `return()` waits until the pending `next()` has settled.
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

/** The items of an array, then those of an iterator. */
export function concat<T>(
  first: readonly T[],
  rest: AsyncIterableIterator<T, void, void>,
): AsyncIterableIterator<T, void, void> {
  const left = [...first];
  return {
    async next() {
      const value = left.shift();
      return value === undefined ? rest.next() : { done: false, value };
    },
    async return() {
      left.length = 0;
      await rest.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Applies a function to each item of an iterator. When it fails, the iterator is returned. */
export function mapAsync<T, U>(
  items: AsyncIterableIterator<T, void, void>,
  change: (item: T) => U | Promise<U>,
): AsyncIterableIterator<U, void, void> {
  return {
    async next() {
      const { done, value } = await items.next();
      if (done) return { done, value: undefined };
      try {
        return { done: false, value: await change(value) };
      } catch (error) {
        await items.return?.();
        throw error;
      }
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
