import type { SimulatorOptions } from '../../simulator/index.ts';
import { nextDueAtMs } from '../../src/store/coordination/watches.ts';
import { bootGateway, type Gateway } from './gateway.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

/** A gateway and an upstream whose time advances only when a test moves it. */
export interface ManualGateway extends AsyncDisposable {
  gateway: Gateway;
  clock: ManualClock;
  /** Advances the time of the gateway and of the upstream. */
  advance(ms: number): Promise<void>;
  /** Advances to the next scheduled poll and runs it. Resolves with the time until the poll, in ms. */
  nextPoll(): Promise<number>;
  /** Paths of the calls that the upstream has received since the last time. */
  newCalls(): string[];
}

export const POLL_MS = 2_000;
export const POLL_MAX_MS = 30_000;

export async function bootManualGateway(
  simulator: SimulatorOptions = {},
  env: Record<string, string> = {},
): Promise<ManualGateway> {
  const startMs = Date.now();
  const clock = createManualClock(startMs);
  const gateway = await bootGateway({
    clock,
    polls: false,
    env: { POLL_INTERVAL: `${POLL_MS}ms`, POLL_INTERVAL_MAX: `${POLL_MAX_MS}ms`, ...env },
    simulator: { manualClock: true, startMs, ...simulator },
  });
  const { deps, simulator: upstream } = gateway;
  const advance = async (ms: number): Promise<void> => {
    upstream.clock.advance(ms);
    await clock.advance(ms);
  };
  let seen = 0;
  return {
    gateway,
    clock,
    advance,
    async nextPoll() {
      const waitMs = Math.max(0, (await nextDueAtMs(deps.store.db)) - clock.evenMs());
      await advance(waitMs);
      let isOver = false;
      const looking = deps.poller.tick().finally(() => {
        isOver = true;
      });
      // Pauses between retries advance too, by one millisecond at a time.
      while (!isOver) await clock.advance(1);
      await looking;
      return waitMs;
    },
    newCalls() {
      const calls = upstream.calls.all().slice(seen);
      seen += calls.length;
      return calls.map(({ path }) => path);
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}
