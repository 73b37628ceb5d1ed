import { StoreUnavailable } from './unavailable.ts';

/** Runs works of one subject one after the other, in the order they came; other subjects do not wait. */
export type Turns = <T>(subject: string, work: () => Promise<T>) => Promise<T>;

/**
 * The turns within one process. They decide nothing: the lock in the database does. But a work that waits here holds
 * no connection, so one busy owner takes one connection and leaves the others to everybody else.
 * @param waitMs after so long without a turn, the work is not begun and `StoreUnavailable` is thrown
 */
export const createTurns = (waitMs: number): Turns => {
  const lastOf = new Map<string, Promise<void>>();

  return async (subject, work) => {
    const before = lastOf.get(subject);
    const turn = Promise.withResolvers<void>();
    // Whoever gives up waiting still passes the turn on only when those before are through.
    const over = before === undefined ? turn.promise : before.then(() => turn.promise);
    lastOf.set(subject, over);
    void over.then(() => {
      if (lastOf.get(subject) === over) lastOf.delete(subject);
    });
    try {
      if (before !== undefined) await within(waitMs, before);
      return await work();
    } finally {
      turn.resolve();
    }
  };
};

const within = async (waitMs: number, promise: Promise<void>): Promise<void> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new StoreUnavailable(new Error(`No turn within ${waitMs} ms`))),
    waitMs,
  );
  try {
    await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
