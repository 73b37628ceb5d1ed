import { createKeyedMutex } from '../../lib/limit/keyed-mutex.ts';
import { StoreUnavailable } from './unavailable.ts';

/** Runs transactions with the same lock key one after the other, in order of arrival; other keys do not wait. */
export type TransactionQueue = <T>(lockKey: string, work: () => Promise<T>) => Promise<T>;

/**
 * The queue within one process. The advisory lock in the database is what isolates transactions; the queue only keeps
 * waiting ones from occupying connections, so that one busy owner uses one connection of the pool.
 * @param waitMs a transaction that waits longer is not started, and `StoreUnavailable` is thrown
 */
export function createTransactionQueue(waitMs: number): TransactionQueue {
  const runExclusive = createKeyedMutex();

  return (lockKey, work) => {
    const timedOut = Promise.withResolvers<never>();
    let isTimedOut = false;
    const timer = setTimeout(() => {
      isTimedOut = true;
      timedOut.reject(new StoreUnavailable(new Error(`No lock within ${waitMs} ms`)));
    }, waitMs);
    const done = runExclusive(lockKey, () => {
      clearTimeout(timer);
      // After a timeout, only let the next transaction start.
      return isTimedOut ? timedOut.promise : work();
    });
    return Promise.race([done, timedOut.promise]);
  };
}
