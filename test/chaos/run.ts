/**
 * The chaos run: three replicas, a PostgreSQL and a Redis of its own, many subscribers and deployments, and a nemesis.
 * Exits with 0 only when nothing was lost, doubled or reordered and nothing was deployed twice.
 *
 * ```sh
 * node test/chaos/run.ts --minutes 3 --seed 7
 * node test/chaos/run.ts --break fence     # or cursor, or intent: must fail
 * ```
 *
 * The seed decides what goes wrong and when, and what is asked for; how long anything takes is the machine's.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { brokenCopy } from './breaks.ts';
import { settle, unanswered } from './catch-up.ts';
import { check } from './checker.ts';
import { setStage } from './cluster.ts';
import { createPromptCounter, gather, longestGapMs } from './collect-history.ts';
import { createEar } from './delivery-log.ts';
import { runNemesis } from './nemesis.ts';
import { type Options, readOptions } from './options.ts';
import { planOf } from './plan.ts';
import { printFindings, replicaTroubles, theLine } from './report.ts';
import { createInsistence } from './retrying-client.ts';
import { seatAudience } from './subscriber-pool.ts';
import type { User } from './user.ts';
import { drive } from './workload.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const USERS = 5;

/** How long nothing goes wrong at the end, at most; a short run is quiet for a third of its time. */
const QUIET_MS = 35_000;

/** How long before the end the last deployments begin. */
const LAST_DEPLOYMENT_MS = 15_000;

/** After the end of the run nobody waits longer for an answer. */
const PATIENCE_MS = 45_000;

/** A run that takes so much longer than it was asked to is stuck. */
const OVERTIME_MS = 8 * 60_000;

const startMs = Date.now();
const say = (text: string): void => console.log(`[${((Date.now() - startMs) / 1_000).toFixed(1)} s] ${text}`);

/** @returns whether every promise was kept */
const run = async (options: Options, folder: string): Promise<boolean> => {
  const { minutes, seed, broken } = options;
  const totalMs = minutes * 60_000;
  setTimeout(() => {
    console.error(`The run is stuck; what was written is kept in ${folder}`);
    process.exit(1);
  }, totalMs + OVERTIME_MS).unref();
  const root = broken === undefined ? ROOT : brokenCopy(ROOT, folder, broken);
  const stage = await setStage(root, folder, USERS, seed);
  const { simulator, postgres, replicas, balancer, users, agents, ownerOf } = stage;
  say(`three replicas behind ${balancer.url}, everything they write in ${folder}`);

  const ear = createEar();
  const over = new AbortController();
  const audience = seatAudience(
    { url: balancer.url, ear, over: over.signal },
    users,
    options.subscribers,
    seed,
  );
  const prompts = createPromptCounter(simulator);
  const stormMs = totalMs - Math.min(QUIET_MS, totalMs / 3);
  const endMs = Date.now() + totalMs;
  const insistence = createInsistence(endMs + PATIENCE_MS);
  const driverDeps = {
    simulator,
    users,
    insistence,
    agentOf: ({ id }: User) => agents.get(id) ?? '',
    isOn: () => Date.now() < endMs - LAST_DEPLOYMENT_MS,
    onDeployed: audience.offer,
  };
  const watching = setInterval(() => {
    prompts.gather();
    for (const replica of replicas) replica.peakMb();
  }, 5_000);
  const telling = setInterval(() => {
    say(`${simulator.control.state().deployments.length} deployments, ${ear.deliveries()} deliveries`);
  }, 30_000);

  const driving = drive(driverDeps, options.deployments, seed);
  const harm = await runNemesis(planOf(seed, stormMs), {
    simulator,
    replicas,
    postgres,
    redis: stage.redis,
    say,
  });
  say('from here on nothing goes wrong any more');
  await driving;
  await pause(Math.max(0, endMs - Date.now()));
  const deps = { simulator, postgres, users, ear, prompts };
  await settle(deps, audience.readers, say);
  over.abort();
  await audience.gone();
  clearInterval(watching);
  clearInterval(telling);

  const history = await gather(deps, audience.readers, insistence.keys, ownerOf);
  const findings = check(history);
  writeFileSync(join(folder, 'events.json'), JSON.stringify(Object.fromEntries(history.logs)));
  // The last to stop have nothing to disturb them.
  for (const replica of replicas)
    harm.terminations.push({ name: replica.name, ...(await replica.terminate()) });
  await Promise.all([balancer.close(), simulator.close(), postgres.stop('fast'), stage.redis.kill()]);

  const troubles = [...replicaTroubles(replicas, harm), ...unanswered(insistence.keys)];
  const gap = longestGapMs(deps, history, harm.outages);
  say(
    `refusals: ${[...insistence.refusals].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'}`,
  );
  say(
    `memory at most ${Math.max(...replicas.map((replica) => replica.peakMb())).toFixed(0)} MB; gap: ${gap.what}`,
  );
  printFindings(findings, troubles);
  console.log(theLine({ seed, minutes, history, findings, kills: harm.kills, gapMs: gap.ms }));
  return troubles.length === 0 && Object.values(findings).every((cases) => cases.length === 0);
};

const folder = mkdtempSync(join(tmpdir(), 'quantgate-chaos-'));
// PostgreSQL may have to run as somebody else.
chmodSync(folder, 0o755);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
let isWell = false;
let isKept = true;
try {
  const options = readOptions(process.argv.slice(2));
  isWell = await run(options, folder);
  isKept = options.keep || !isWell;
} catch (error) {
  console.error(error);
}
if (!isKept) rmSync(folder, { recursive: true, force: true });
else console.error(`What the replicas wrote is kept in ${folder}`);
process.exit(isWell ? 0 : 1);
