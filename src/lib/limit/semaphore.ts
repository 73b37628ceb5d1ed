/** Runs a bounded number of tasks at a time; more wait in a bounded queue, in order of arrival. */
export interface Semaphore {
  /** @throws the error of `whenFull` when the queue is full; the task is then not started */
  run<T>(task: () => Promise<T>): Promise<T>;
}

export interface SemaphoreOptions {
  maxRunning: number;
  maxWaiting: number;
  /** Makes the error for a task that finds the queue full. */
  whenFull: () => Error;
}

export function createSemaphore({ maxRunning, maxWaiting, whenFull }: SemaphoreOptions): Semaphore {
  const queue: (() => void)[] = [];
  let freeSlots = maxRunning;

  const acquire = async (): Promise<void> => {
    if (freeSlots > 0) {
      freeSlots -= 1;
      return;
    }
    if (queue.length >= maxWaiting) throw whenFull();
    await new Promise<void>((resolve) => queue.push(resolve));
  };

  /** Hands the slot to the next task in the queue, so that a new arrival cannot overtake it. */
  const release = (): void => {
    const startNext = queue.shift();
    if (startNext) startNext();
    else freeSlots += 1;
  };

  return {
    async run(task) {
      await acquire();
      try {
        return await task();
      } finally {
        release();
      }
    },
  };
}
