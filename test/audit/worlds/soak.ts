import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { heldBytes } from '../../support/held-memory.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { allManners } from './manners.ts';

/** What the process holds, all of it countable. */
export interface Held {
  /** Of the gateway: every socket, identity and follower has some. */
  timers: number;
  connections: number;
  /** Of the server, its sockets' upgrade, and the process. */
  listeners: number;
  heapMb: number;
}

/** What a soak has found. */
export interface Soaked {
  before: Held;
  after: Held;
  /** What is more at the end than at the beginning, in words. */
  left: string[];
}

const AT_ONCE = 20;
/** Cycles before the first look: code is compiled and caches are filled. */
const WARM_UP = 200;
/** The heap may differ by so much between two looks. */
const HEAP_MB = 15;
const SETTLE_MS = 30_000;

/** Runs so many cycles against a gateway of its own. The timers of a manual clock fire never, so those that stay are seen. */
export async function soak(cycles: number, report: (text: string) => void): Promise<Soaked> {
  const clock = createManualClock(Date.now());
  await using gateway = await bootGateway({
    clock,
    polls: false,
    env: { MAX_SOCKETS_PER_USER: '50', LOG_LEVEL: 'silent', REQUEST_RATE: 'off' },
  });
  const ada = await gateway.signUp();
  const manners = allManners(gateway.url, ada.tokens.accessToken);
  const run = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += AT_ONCE) {
      const wave = Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, index) =>
        manners[(done + index) % manners.length]?.(),
      );
      await Promise.all(wave);
      if (done > 0 && done % 1_000 === 0) report(`${done} of ${count} cycles`);
    }
  };
  const empty = clock.pending();
  await run(WARM_UP);
  await settle(gateway, clock, empty);
  const before = await held(gateway, clock);
  await run(cycles);
  await settle(gateway, clock, empty);
  const after = await held(gateway, clock);
  return { before, after, left: compare(before, after) };
}

/** Waits until the gateway has noticed that its peers are gone; what is there after half a minute stays. */
async function settle(gateway: Gateway, clock: ManualClock, timers: number): Promise<void> {
  for (const endMs = performance.now() + SETTLE_MS; performance.now() < endMs; ) {
    if (clock.pending() <= timers && (await connectionsOf(gateway)) === 0) return;
    gateway.app.server.closeIdleConnections();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function connectionsOf({ app }: Gateway): Promise<number> {
  return new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

async function held(gateway: Gateway, clock: ManualClock): Promise<Held> {
  const emitters = [gateway.app.server, process];
  const listeners = emitters.flatMap((emitter) =>
    emitter.eventNames().map((name) => emitter.listenerCount(name as never)),
  );
  return {
    timers: clock.pending(),
    connections: await connectionsOf(gateway),
    listeners: listeners.reduce((sum, count) => sum + count, 0),
    heapMb: Math.round((await heldBytes()) / 1e6),
  };
}

/** @returns what is more at the end than at the beginning */
export function compare(before: Held, after: Held): string[] {
  const counted = (['timers', 'connections', 'listeners'] as const).filter(
    (what) => after[what] > before[what],
  );
  const left = counted.map((what) => `${after[what] - before[what]} more ${what}`);
  const grown = after.heapMb - before.heapMb;
  return grown > HEAP_MB ? [...left, `${grown} MB more heap`] : left;
}
