import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Simulator, seededAccount, startSimulator } from '../../simulator/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { UpstreamOptions } from '../../src/upstream/options.ts';
import { createQuantConnect, type QuantConnect } from '../../src/upstream/quantconnect/quantconnect.ts';
import { inLoops, measureNeighbor, type NeighborFigures } from '../support/neighbor.ts';
import { otherAccount } from '../support/second-user.ts';

/** An upstream, the gateway's way to it, and the neighbor whose reads are measured. */
interface World {
  sim: Simulator;
  upstream: QuantConnect;
  /** Verifies a fresh candidate of the account that disturbs, for an owner. */
  tryCandidate(ownerId: string): Promise<void>;
  /** Reads of the neighbor, and how many of them failed. */
  read(): Promise<void>;
  failures(): number;
}

async function withWorld<T>(
  limits: Partial<UpstreamOptions>,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const sim = await startSimulator({ accounts: [seededAccount, otherAccount] });
  const upstream = createQuantConnect({
    baseUrl: sim.url,
    timeoutMs: 10_000,
    maxBytes: 1_000_000,
    ratePerSecond: 10_000,
    burst: 10_000,
    connections: 64,
    connectionsPerOwner: 16,
    clock: systemClock,
    random: systemRandom,
    ...limits,
  });
  const neighbor = upstream.client(
    { ...seededAccount, ownerId: 'neighbor', credentialId: 'n' },
    'interactive',
  );
  const [organization] = seededAccount.organizations;
  let candidates = 0;
  let failures = 0;
  try {
    return await work({
      sim,
      upstream,
      tryCandidate(ownerId) {
        candidates += 1;
        const secret = { userId: otherAccount.userId, apiToken: `candidate ${candidates}` };
        const keys = { ownerId, credentialId: `candidate ${candidates}` };
        return upstream.client({ ...keys, ...secret }, 'interactive').authenticate();
      },
      async read() {
        await neighbor.listAgents(organization?.id ?? '').catch(() => {
          failures += 1;
        });
      },
      failures: () => failures,
    });
  } finally {
    await upstream.close();
    await sim.close();
  }
}

const MATCH = { userId: otherAccount.userId };
const MEDIAN_BOUND = 8;

test('reads of a neighbor beside 120 loops of candidates at a slow upstream: as fast as alone', async () => {
  const measure = (connectionsPerOwner: number): Promise<NeighborFigures> =>
    withWorld({ connections: 16, connectionsPerOwner }, async ({ sim, tryCandidate, read }) => {
      sim.faults.add({ kind: 'slow', delayMs: 600, match: MATCH, times: 'forever' });
      return measureNeighbor({
        rounds: 1,
        requests: 20,
        act: read,
        async disturb() {
          const before = sim.calls.all().length;
          const loops = inLoops(120, () => tryCandidate('busy'));
          await expect
            .poll(() => sim.calls.all().length - before, { timeout: 20_000 })
            .toBeGreaterThanOrEqual(3);
          return loops;
        },
      });
    });
  const shared = await measure(4);
  const unshared = await measure(64);
  console.log('candidates at a slow upstream', { shared, unshared });
  expect(shared.medianRatio).toBeLessThan(MEDIAN_BOUND);
  // The control: with all places for one owner, the neighbor waits for them.
  expect(unshared.medianRatio).toBeGreaterThan(2 * shared.medianRatio);
}, 120_000);

test('reads of a neighbor beside 503s to fresh candidates of one user: none fails', async () => {
  const measure = (owners: readonly string[]) =>
    withWorld({}, async ({ sim, tryCandidate, read, failures }) => {
      sim.faults.add({ kind: 'status503', match: MATCH, times: 'forever' });
      const figures = await measureNeighbor({
        rounds: 1,
        requests: 20,
        act: read,
        async disturb() {
          let next = 0;
          let tried = 0;
          const loops = inLoops(20, async () => {
            next += 1;
            await tryCandidate(owners[next % owners.length] ?? '').catch(() => undefined);
            tried += 1;
            await sleep(20);
          });
          await expect.poll(() => tried, { timeout: 20_000 }).toBeGreaterThanOrEqual(60);
          return loops;
        },
      });
      return { ...figures, failures: failures() };
    });
  const one = await measure(['busy']);
  const several = await measure(['busy 1', 'busy 2', 'busy 3']);
  console.log('503s to fresh candidates', { one, several });
  expect(one.failures).toBe(0);
  // The control: when several owners agree that the host fails, it is not asked for a while.
  expect(several.failures).toBeGreaterThan(0);
}, 120_000);

test('labels of one account make no new budget: no more calls are sent than with one', async () => {
  const measure = (owners: number) =>
    withWorld({ ratePerSecond: 1, burst: 20, timeoutMs: 2_000 }, async ({ sim, tryCandidate, read }) => {
      let before = 0;
      const figures = await measureNeighbor({
        rounds: 1,
        requests: 5,
        act: read,
        async disturb() {
          before = sim.calls.all().length;
          const tries = Array.from({ length: 100 }, (_, n) =>
            tryCandidate(`busy ${n % owners}`).catch(() => undefined),
          );
          await Promise.all(tries);
          return { [Symbol.asyncDispose]: async () => undefined };
        },
      });
      return { ...figures, sent: sim.calls.all().length - before };
    });
  const one = await measure(1);
  const ten = await measure(10);
  console.log('labels of one account', { one, ten });
  // The burst, what is refilled within the deadline, and the reads of the neighbor.
  expect(one.sent).toBeLessThanOrEqual(20 + 5 + 10);
  // The control: ten budgets.
  expect(ten.sent).toBeGreaterThanOrEqual(60);
}, 120_000);
