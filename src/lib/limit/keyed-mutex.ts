/** Runs works of one key one after the other, in the order they came; other keys do not wait. */
export type KeyedMutex = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Turns within one process. A work that fails does not hold up the next. */
export function createKeyedMutex(): KeyedMutex {
  const lastOf = new Map<string, Promise<unknown>>();

  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const result = (lastOf.get(key) ?? Promise.resolve()).then(work);
    const over = result.catch(() => undefined);
    lastOf.set(key, over);
    void over.then(() => {
      if (lastOf.get(key) === over) lastOf.delete(key);
    });
    return result;
  };
}
