/** The items of a subscription. Tests wait for items and never sleep. */
export interface Stream<T> extends AsyncDisposable {
  /** The next item; rejects when the stream fails or completes first, or after `timeoutMs`. */
  next(timeoutMs?: number): Promise<T>;
  /** Everything up to the end of the stream. */
  rest(timeoutMs?: number): Promise<T[]>;
  /** Items up to and including the first that fits. */
  until(fits: (item: T) => boolean, timeoutMs?: number): Promise<T[]>;
  /** The error the stream fails with. */
  failure(timeoutMs?: number): Promise<unknown>;
  /** All items that have arrived and were not read yet. */
  pending(): T[];
  push(item: T): void;
  fail(error: unknown): void;
  complete(): void;
}

type End = { kind: 'failed'; error: unknown } | { kind: 'completed' };

/** Longer than anything takes on a machine that is busy with other test files. */
const TIMEOUT_MS = 20_000;

/** @param close ends the source */
export function createStream<T>(close: () => unknown): Stream<T> {
  const items: T[] = [];
  let end: End | undefined;
  let wake = (): void => undefined;
  const stir = (): void => wake();

  const settled = async (timeoutMs: number): Promise<void> => {
    if (items.length > 0 || end !== undefined) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    wake = resolve;
    const timer = setTimeout(() => reject(new Error(`Nothing came within ${timeoutMs} ms`)), timeoutMs);
    await promise.finally(() => clearTimeout(timer));
  };

  const next = async (timeoutMs = TIMEOUT_MS): Promise<T> => {
    await settled(timeoutMs);
    if (items.length > 0) return items.shift() as T;
    throw end?.kind === 'failed' ? end.error : new Error('The stream completed');
  };

  return {
    next,
    async rest(timeoutMs = TIMEOUT_MS) {
      const all: T[] = [];
      for (;;) {
        await settled(timeoutMs);
        if (items.length > 0) all.push(items.shift() as T);
        else if (end?.kind === 'completed') return all;
        else if (end?.kind === 'failed') throw end.error;
      }
    },
    async until(fits, timeoutMs = TIMEOUT_MS) {
      const all: T[] = [];
      for (;;) {
        const item = await next(timeoutMs);
        all.push(item);
        if (fits(item)) return all;
      }
    },
    async failure(timeoutMs = TIMEOUT_MS) {
      for (;;) {
        await settled(timeoutMs);
        if (items.length > 0) items.shift();
        else if (end?.kind === 'failed') return end.error;
        else throw new Error('The stream completed');
      }
    },
    pending: () => [...items],
    push(item) {
      items.push(item);
      stir();
    },
    fail(error) {
      end ??= { kind: 'failed', error };
      stir();
    },
    complete() {
      end ??= { kind: 'completed' };
      stir();
    },
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}
