import { rateLimited } from '../../errors.ts';

/** Lets a few tasks run at a time and a few more wait, first come first served; the rest are refused at once. */
export interface Turns {
  /** @throws GatewayError `RATE_LIMITED` when the line is full */
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** How many may run and wait. */
export interface TurnsOptions {
  running: number;
  waiting: number;
  /** What a refused caller is told, and after how many seconds to come back. */
  refusal: string;
  retryAfterSeconds: number;
}

/** Makes an empty line. */
export function createTurns({ running, waiting, refusal, retryAfterSeconds }: TurnsOptions): Turns {
  const line: (() => void)[] = [];
  let free = running;

  const takeTurn = async (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    if (line.length >= waiting) throw rateLimited(refusal, retryAfterSeconds);
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
