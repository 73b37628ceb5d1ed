import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import type { Random } from '../src/lib/random.ts';
import { systemRandom } from '../src/lib/random.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { createSimulatedClock, START_MS } from './simulation/clock.ts';
import { describeLateness } from './simulation/figures.ts';
import { populate } from './simulation/population.ts';
import { startReplicas } from './simulation/replicas.ts';
import { createUpstream } from './simulation/upstream.ts';

/**
 * `npm run simulate`: many replicas in one process, on a store in memory, by a simulated clock. It prints how many polls they
 * make, how late, how many rows that writes, and how owners of different size fare. `--deployments`, `--owners`, `--replicas`,
 * `--seconds` and `--changes` (of a deployment, in an hour) set the scene; `--seed` makes it repeatable.
 */
const { values } = parseArgs({
  options: {
    deployments: { type: 'string', default: '1000000' },
    owners: { type: 'string', default: '100000' },
    replicas: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    changes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});
const deployments = Number(values.deployments);
const owners = Number(values.owners);
const replicas = Number(values.replicas);
const seconds = Number(values.seconds);

/** The defaults of the gateway: `POLL_INTERVAL`, `POLL_INTERVAL_MAX`, `POLL_CONCURRENCY`. */
const schedule = { minMs: 2_000, maxMs: 30_000 };
const CONCURRENCY = 64;

/** One owner in a thousand has many organizations. */
const LARGE = { share: 0.001, watches: 100 };

/** Numbers in [0, 1) that are the same for the same seed: enough to spread times. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function writtenRows(store: Store): Promise<number> {
  const { rows } = await sql<{ count: number }>`select total_changes() as count`.execute(store.db);
  return Number(rows[0]?.count);
}

async function main(): Promise<void> {
  const fraction = seeded(Number(values.seed));
  const random: Random = { ...systemRandom, fraction };
  const clock = createSimulatedClock();
  let statements = 0;
  const store = await openStore(':memory:', { onStatement: () => (statements += 1) });
  const largeOwners = Math.floor(owners * LARGE.share);
  const watches = await populate(
    store,
    { owners, deployments, largeOwners, watchesOfLarge: LARGE.watches },
    { random, pauseMs: schedule.maxMs, spreadMs: schedule.maxMs },
  );
  const dueAtMs = watches.map((watch) => watch.dueAtMs);
  const late = { small: [] as number[], large: [] as number[] };
  const found = { polls: 0, changes: 0 };
  const client = createUpstream({
    ...{ clock, watches, fraction, pauseMs: schedule.maxMs, changesAnHour: Number(values.changes) },
    onChanges(count) {
      found.polls += 1;
      found.changes += count;
    },
  });
  await startReplicas({
    ...{ store, clock, random, schedule, client, count: replicas, concurrency: CONCURRENCY },
    onPoll({ scope }) {
      const lateMs = clock.now() - (dueAtMs[Number(scope)] ?? 0);
      late[watches[Number(scope)]?.isLarge ? 'large' : 'small'].push(lateMs);
    },
    onScheduled({ scope }, delayMs) {
      dueAtMs[Number(scope)] = clock.now() + delayMs;
    },
  });

  const began = performance.now();
  const before = await writtenRows(store);
  statements = 0;
  await clock.runUntil(START_MS + seconds * 1_000);
  const asked = statements;
  const rows = (await writtenRows(store)) - before;
  const polls = late.small.length + late.large.length;
  const perSecond = (count: number) => Math.round(count / seconds).toLocaleString('en');
  console.log(
    `${deployments.toLocaleString('en')} deployments of ${owners.toLocaleString('en')} owners in ` +
      `${watches.length.toLocaleString('en')} organizations, ${replicas} replicas, ${seconds} s by the simulated clock ` +
      `(${Math.round((performance.now() - began) / 1_000)} s by the real one)`,
  );
  console.log(
    `polls a second: ${perSecond(polls)}; rows written a second: ${perSecond(rows)}; ` +
      `statements a second: ${perSecond(asked)}`,
  );
  console.log(
    `${found.polls} of ${polls} polls found ${found.changes} changes; rows a poll: ${(rows / polls).toFixed(2)}`,
  );
  console.log(describeLateness(`owners with one organization`, late.small));
  console.log(describeLateness(`owners with ${LARGE.watches} organizations`, late.large));
  process.exit(0);
}

await main();
