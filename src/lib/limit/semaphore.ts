import { rateLimited } from '../../errors.ts';

/** Lets a few tasks run at a time and a few more wait, first come first served; the rest are refused at once. */
export interface Semaphore {
  /** @throws GatewayError `RATE_LIMITED` when the line is full */
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** How many may run and wait. */
export interface SemaphoreOptions {
  maxRunning: number;
  maxWaiting: number;
  /** What a refused caller is told, and after how many seconds to come back. */
  refusal: string;
  retryAfterSeconds: number;
}

/** Makes an empty line. */
export function createSemaphore({
  maxRunning,
  maxWaiting,
  refusal,
  retryAfterSeconds,
}: SemaphoreOptions): Semaphore {
  const line: (() => void)[] = [];
  let free = maxRunning;

  const takeTurn = async (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    if (line.length >= maxWaiting) throw rateLimited(refusal, retryAfterSeconds);
    await new Promise<void>((resolve) => line.push(resolve));
  };

  /** The turn goes to the next in line, or back to the pile. */
  const passTurn = (): void => {
    const next = line.shift();
    if (next) next();
    else free += 1;
  };

  return {
    async run(task) {
      await takeTurn();
      try {
        return await task();
      } finally {
        passTurn();
      }
    },
  };
}
