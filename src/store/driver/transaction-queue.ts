import { createKeyedMutex } from '../../lib/limit/keyed-mutex.ts';
import { StoreUnavailable } from './unavailable.ts';

/** Runs works of one subject one after the other, in the order they came; other subjects do not wait. */
export type TransactionQueue = <T>(subject: string, work: () => Promise<T>) => Promise<T>;

/**
 * The turns within one process. They decide nothing: the lock in the database does. But a work that waits here holds
 * no connection, so one busy owner takes one connection and leaves the others to everybody else.
 * @param waitMs after so long without a turn, the work is not begun and `StoreUnavailable` is thrown
 */
export function createTransactionQueue(waitMs: number): TransactionQueue {
  const inTurn = createKeyedMutex();

  return (subject, work) => {
    const late = Promise.withResolvers<never>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      late.reject(new StoreUnavailable(new Error(`No turn within ${waitMs} ms`)));
    }, waitMs);
    const done = inTurn(subject, () => {
      clearTimeout(timer);
      // Whoever has given up waiting only passes the turn on.
      return isLate ? late.promise : work();
    });
    return Promise.race([done, late.promise]);
  };
}
