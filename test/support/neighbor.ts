/** Times of one user's requests, in milliseconds. */
export interface Times {
  medianMs: number;
  p99Ms: number;
}

/** The same requests of one user, alone and beside another user, in one run. */
export interface NeighborFigures {
  alone: Times;
  beside: Times;
  /** `beside` divided by `alone`. */
  medianRatio: number;
  p99Ratio: number;
}

export interface NeighborOptions {
  /** One request of the neighbor. */
  act(): Promise<unknown>;
  /** Begins what the other user does, and ends it when disposed of. */
  disturb(): Promise<AsyncDisposable> | AsyncDisposable;
  /** How often quiet and disturbed samples take turns. @default 3 */
  rounds?: number;
  /** Requests of the neighbor in each sample, one after the other. @default 30 */
  requests?: number;
}

function summarize(timesMs: number[]): Times {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { medianMs: at(0.5), p99Ms: at(0.99) };
}

async function sample(act: () => Promise<unknown>, requests: number): Promise<number[]> {
  const timesMs: number[] = [];
  for (let index = 0; index < requests; index += 1) {
    const startedAtMs = performance.now();
    await act();
    timesMs.push(performance.now() - startedAtMs);
  }
  return timesMs;
}

/**
 * Measures how much longer a neighbor waits while another user is busy. Both samples take turns in one run, after one
 * that warms up, so that a machine that is slower today changes both.
 */
export async function measureNeighbor(options: NeighborOptions): Promise<NeighborFigures> {
  const { act, disturb, rounds = 3, requests = 30 } = options;
  await sample(act, requests);
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(...(await sample(act, requests)));
    await using _busy = await disturb();
    beside.push(...(await sample(act, requests)));
  }
  const [quiet, disturbed] = [summarize(alone), summarize(beside)];
  return {
    alone: quiet,
    beside: disturbed,
    medianRatio: disturbed.medianMs / quiet.medianMs,
    p99Ratio: disturbed.p99Ms / quiet.p99Ms,
  };
}

/** Runs `act` again and again, `count` at a time, until disposed of; what it throws is ignored. */
export function inLoops(count: number, act: () => Promise<unknown>): AsyncDisposable {
  let isOver = false;
  const loop = async (): Promise<void> => {
    while (!isOver) {
      await act().catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const loops = Array.from({ length: count }, loop);
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}
