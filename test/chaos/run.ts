/**
 * The chaos run: three replicas with their own PostgreSQL and Redis, many subscribers and deployments, and a nemesis
 * that injects faults.
 * Exits with 0 only if nothing was lost, doubled or reordered, nothing was deployed twice, and every bound of judgments.ts held.
 *
 * ```sh
 * node test/chaos/run.ts --minutes 3 --seed 7
 * node test/chaos/run.ts --break fence     # or another one of breaks.ts; must fail
 * ```
 *
 * The seed decides the faults, their times and the requests; durations depend on the machine.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { availabilityOf, startProbes } from './availability.ts';
import { brokenCopy } from './breaks.ts';
import { unanswered, waitForCatchUp } from './catch-up.ts';
import { check } from './checker.ts';
import { startCluster } from './cluster.ts';
import { collectHistory, createPromptCounter, deliveryTimes, longestGap } from './collect-history.ts';
import { createDeliveryLog } from './delivery-log.ts';
import {
  guardFailures,
  internalErrors,
  lateDeliveries,
  lateEntries,
  slownessOf,
  unavailability,
} from './judgments.ts';
import { runNemesis } from './nemesis.ts';
import { type Options, readOptions } from './options.ts';
import { createPlan } from './plan.ts';
import { printFindings, replicaProblems, summaryLine } from './report.ts';
import { createRetryingClient } from './retrying-client.ts';
import { createSubscriberPool } from './subscriber-pool.ts';
import type { User } from './user.ts';
import { runWorkload } from './workload.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const USERS = 5;

/** Time without faults at the end, at most; a short run has a third of its time without faults. */
const QUIET_MS = 35_000;

/** The last deployments begin this long before the end. */
const LAST_DEPLOYMENT_MS = 15_000;

/** Requests are not repeated longer than this after the end of the run. */
const ANSWER_LIMIT_MS = 45_000;

/** A run that takes this much longer than requested is stuck. */
const OVERTIME_MS = 8 * 60_000;

const startMs = Date.now();
function log(text: string): void {
  console.log(`[${((Date.now() - startMs) / 1_000).toFixed(1)} s] ${text}`);
}

/** @returns whether every guarantee held */
async function run(options: Options, folder: string): Promise<boolean> {
  const { minutes, seed, broken } = options;
  const totalMs = minutes * 60_000;
  setTimeout(() => {
    console.error(`The run is stuck; its files are in ${folder}`);
    process.exit(1);
  }, totalMs + OVERTIME_MS).unref();
  const root = broken === undefined ? ROOT : brokenCopy(ROOT, folder, broken);
  const cluster = await startCluster(root, folder, USERS, seed);
  const { simulator, postgres, replicas, balancer, users, agents, ownerOf } = cluster;
  const slowness = slownessOf(Date.now() - startMs);
  if (slowness > 1) log(`this machine is slow: all bounds are ${slowness.toFixed(1)} times as long`);
  log(`three replicas behind ${balancer.url}, their files in ${folder}`);

  const deliveryLog = createDeliveryLog();
  const over = new AbortController();
  const subscribers = createSubscriberPool(
    { url: balancer.url, deliveryLog, over: over.signal },
    users,
    options.subscribers,
    seed,
  );
  const prompts = createPromptCounter(simulator);
  const faultsMs = totalMs - Math.min(QUIET_MS, totalMs / 3);
  const endMs = Date.now() + totalMs;
  const client = createRetryingClient(endMs + ANSWER_LIMIT_MS);
  const workload = {
    simulator,
    users,
    client,
    agentOf: ({ id }: User) => agents.get(id) ?? '',
    isDeploying: () => Date.now() < endMs - LAST_DEPLOYMENT_MS,
    onDeployed: subscribers.follow,
  };
  const sampling = setInterval(() => {
    prompts.gather();
    for (const replica of replicas) replica.peakMb();
  }, 5_000);
  const progress = setInterval(() => {
    log(`${simulator.control.state().deployments.length} deployments, ${deliveryLog.count()} deliveries`);
  }, 30_000);

  const probes = startProbes(users);
  const deploying = runWorkload(workload, options.deployments, seed);
  const report = await runNemesis(createPlan(seed, faultsMs), {
    simulator,
    replicas,
    postgres,
    redis: cluster.redis,
    log,
  });
  log('all faults are over');
  await deploying;
  await pause(Math.max(0, endMs - Date.now()));
  const deps = { simulator, postgres, users, deliveryLog, prompts };
  await waitForCatchUp(deps, subscribers.readers, log);
  over.abort();
  await probes.stop();
  await subscribers.closed();
  clearInterval(sampling);
  clearInterval(progress);

  const history = await collectHistory(deps, subscribers.readers, client.keys, ownerOf);
  const findings = check(history);
  writeFileSync(join(folder, 'events.json'), JSON.stringify(Object.fromEntries(history.logs)));
  // The final stops happen without faults.
  for (const replica of replicas)
    report.terminations.push({ name: replica.name, ...(await replica.terminate()) });
  await Promise.all([balancer.close(), simulator.close(), postgres.stop('fast'), cluster.redis.kill()]);

  const times = deliveryTimes(deps, history);
  const faults = { ...report, slowness };
  const problems = [
    ...replicaProblems(replicas, report),
    ...unanswered(client.keys),
    ...internalErrors(client.refusals, probes.all),
    ...unavailability(probes.all, report.disturbances),
    ...lateDeliveries(times, faults),
    ...lateEntries(history, faults),
    ...guardFailures(history, faults),
  ];
  const gap = longestGap(times, report.outages);
  const { share, reads } = availabilityOf(probes.all, report.disturbances);
  log(`${(100 * share).toFixed(2)} % of ${reads} undisturbed reads were answered`);
  log(`refusals: ${[...client.refusals].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'}`);
  log(
    `memory at most ${Math.max(...replicas.map((replica) => replica.peakMb())).toFixed(0)} MB; gap: ${gap.what}`,
  );
  printFindings(findings, problems);
  console.log(summaryLine({ seed, minutes, history, findings, kills: report.kills, gapMs: gap.ms }));
  return problems.length === 0 && Object.values(findings).every((cases) => cases.length === 0);
}

const folder = mkdtempSync(join(tmpdir(), 'quantgate-chaos-'));
// PostgreSQL may have to run as another user.
chmodSync(folder, 0o755);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
let hasPassed = false;
let isKept = true;
try {
  const options = readOptions(process.argv.slice(2));
  hasPassed = await run(options, folder);
  isKept = options.keep || !hasPassed;
} catch (error) {
  console.error(error);
}
if (!isKept) rmSync(folder, { recursive: true, force: true });
else console.error(`The files of the run are in ${folder}`);
process.exit(hasPassed ? 0 : 1);
