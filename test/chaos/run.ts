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
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { availabilityOf, startProbes } from './availability.ts';
import { BREAKS, brokenCopy } from './breaks.ts';
import { waitForCatchUp } from './catch-up.ts';
import { startCluster } from './cluster.ts';
import { collectHistory, createCallCounter, deliveryTimes, longestGap } from './collect-history.ts';
import { createDeliveryLog } from './delivery-log.ts';
import { judge } from './judge.ts';
import { countExcusedGuards, slownessOf, tookMs } from './judgments.ts';
import { collectLists, keysOfRuns } from './lists/collect.ts';
import { createListReaders } from './lists/readers.ts';
import { runListWorkload } from './lists/workload.ts';
import { createMessageReaders, messageFailures } from './messages.ts';
import { runNemesis } from './nemesis.ts';
import { type Options, readOptions } from './options.ts';
import { createPlan } from './plan.ts';
import { createProcessorWait } from './processor.ts';
import { printFindings, summaryLine } from './report.ts';
import { createRetryingClient } from './retrying-client.ts';
import { startSessions } from './sessions.ts';
import { createSubscriberPool } from './subscriber-pool.ts';
import { createUpstreamHistory } from './upstream-history.ts';
import { budgetedOf, budgetLine, runBudgets } from './usage/budgets.ts';
import { collectUsage } from './usage/check.ts';
import type { User } from './user.ts';
import { checkWebhooks, webhookLine } from './webhooks/check.ts';
import { readWebhookEvents, waitForWebhooks } from './webhooks/collect.ts';
import { startReceivers } from './webhooks/receivers.ts';
import { runWorkload } from './workload.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const USERS = 5;

/** Time without faults at the end, at most; a short run has a third of its time without faults. */
const QUIET_MS = 35_000;

/** The last deployments begin this long before the end. */
const LAST_DEPLOYMENT_MS = 15_000;

/** The last lists begin this long before the end. */
const LAST_LIST_MS = 30_000;

/** The last budgets begin this long before the end. */
const LAST_BUDGET_MS = 30_000;

/** Lists and sessions at a time. */
const LIST_SLOTS = 3;
const SESSION_SLOTS = 3;

/** Requests are not repeated longer than this after the end of the run and of all faults, on a machine that is not slow. */
const ANSWER_LIMIT_MS = 45_000;

/** A run that takes this much longer than requested is stuck. */
const OVERTIME_MS = 12 * 60_000;

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
  const root = broken.length === 0 ? ROOT : brokenCopy(ROOT, folder, broken);
  const cluster = await startCluster(root, folder, USERS, seed);
  const { simulator, postgres, replicas, balancer, users, agents, ownerOf } = cluster;
  const startupMs = Date.now() - startMs;
  log(`three replicas behind ${balancer.url}, their files in ${folder}`);

  const deliveryLog = createDeliveryLog();
  const over = new AbortController();
  const subscribers = createSubscriberPool(
    { url: balancer.url, deliveryLog, over: over.signal },
    users,
    options.subscribers,
    seed,
  );
  const receivers = await startReceivers(balancer.url, users, seed);
  const lists = createListReaders(balancer.url, over.signal, seed);
  const messages = createMessageReaders(balancer.url, over.signal, seed);
  const calls = createCallCounter(simulator);
  const reached = createUpstreamHistory(simulator);
  const faultsMs = totalMs - Math.min(QUIET_MS, totalMs / 3);
  const endMs = Date.now() + totalMs;
  // On a busy machine the last faults are late.
  let giveUpMs = Number.POSITIVE_INFINITY;
  const hasTime = (): boolean => Date.now() < giveUpMs;
  const client = createRetryingClient(hasTime);
  const workload = {
    ...{ simulator, users, client, reached },
    agentOf: ({ id }: User) => agents.get(id) ?? '',
    isDeploying: () => Date.now() < endMs - LAST_DEPLOYMENT_MS,
    onDeployed(user: User, deploymentId: string) {
      subscribers.follow(user, deploymentId);
      messages.follow(user, deploymentId);
    },
  };
  const listWorkload = {
    ...workload,
    users: cluster.listUsers,
    isDeploying: () => Date.now() < endMs - LAST_LIST_MS,
    hasTime,
    onRunning: lists.follow,
  };
  const budgetWorkload = {
    ...{ ...workload, hasTime, user: users.at(-1) as User },
    isDeploying: () => Date.now() < endMs - LAST_BUDGET_MS,
  };
  const processor = createProcessorWait();
  const loop = monitorEventLoopDelay();
  loop.enable();
  const sampling = setInterval(() => {
    processor.sample(replicas.flatMap((replica) => replica.pid() ?? []));
    calls.gather();
    for (const replica of replicas) replica.peakMb();
  }, 2_000);
  const following = setInterval(reached.sample, 250);
  const progress = setInterval(() => {
    log(`${simulator.control.state().deployments.length} deployments, ${deliveryLog.count()} deliveries`);
  }, 30_000);

  const probes = startProbes(users);
  const sessions = startSessions(balancer.url, SESSION_SLOTS, seed);
  const deploying = runWorkload(workload, options.deployments, seed);
  const listing = runListWorkload(listWorkload, LIST_SLOTS, seed);
  const budgeting = runBudgets(budgetWorkload, seed);
  const plan = createPlan(seed, faultsMs, options.only);
  const nemesis = { simulator, replicas, postgres, redis: cluster.redis, root, folder, log };
  const report = await runNemesis(plan, nemesis);
  log('all faults are over');
  receivers.calmDown();
  const limitMs = ANSWER_LIMIT_MS * slownessOf(startupMs, processor.factor());
  giveUpMs = Math.max(endMs, Date.now()) + limitMs;
  await deploying;
  const uses = await listing;
  const budgetUses = await budgeting;
  await pause(Math.max(0, endMs - Date.now()));
  await sessions.stop();
  const deps = { simulator, postgres, users, deliveryLog, calls, reached };
  const { readers } = subscribers;
  const { restores } = report;
  await waitForCatchUp(deps, { readers, keys: client.keys, restores }, log);
  const catchUp = { slowness: slownessOf(startupMs, processor.factor()), log };
  await waitForWebhooks(postgres, catchUp);
  const usage = await collectUsage(postgres, simulator, { keys: client.keys, restores }, catchUp);
  const messageProblems = await messageFailures(messages.readers, restores);
  over.abort();
  await probes.stop();
  await Promise.all([subscribers.closed(), lists.closed(), messages.closed()]);
  for (const timer of [sampling, following, progress]) clearInterval(timer);

  calls.gather();
  const sources = { postgres, simulator, endsOf: calls.ends };
  const listHistory = await collectLists(sources, { uses, readers: lists.readers });
  const keys = [...client.keys, ...keysOfRuns(uses, listHistory.taskRuns)];
  const webhooks = checkWebhooks(receivers.uses, await readWebhookEvents(postgres));
  const budgets = {
    uses: budgetUses,
    deployments: budgetUses.flatMap(({ taskId }) => budgetedOf(simulator, taskId)),
  };
  const history = await collectHistory(deps, readers, keys, ownerOf, restores);
  writeFileSync(join(folder, 'events.json'), JSON.stringify(Object.fromEntries(history.logs)));
  // The final stops happen without faults.
  for (const replica of replicas)
    report.terminations.push({ name: replica.name, ...(await replica.terminate()) });
  await receivers.close();
  await Promise.all([balancer.close(), simulator.close(), postgres.stop('fast'), cluster.redis.kill()]);
  for (const { paths } of replicas) await Promise.all([paths.postgres.close(), paths.redis.close()]);

  const slowness = slownessOf(startupMs, processor.factor());
  log(
    `start in ${(startupMs / 1_000).toFixed(1)} s, everything ${processor.factor().toFixed(1)} times as long as on free ` +
      `processors: all bounds are ${slowness.toFixed(1)} times as long`,
  );
  log(
    `the clients' own delay: ${(loop.percentile(50) / 1e6).toFixed(0)} ms, ${(loop.percentile(99) / 1e6).toFixed(0)} ms at the 99th percentile`,
  );
  const times = deliveryTimes(deps, history);
  const gap = longestGap(times, report.outages);
  const afterFaultMs = Math.max(0, ...times.map((time) => tookMs(time, report)));
  log(`deliveries at most ${(afterFaultMs / 1_000).toFixed(1)} s after the last fault`);
  const excused = countExcusedGuards(history, { ...report, slowness });
  log(`${excused} guards had no time to stop their deployment between faults`);
  const { share, reads } = availabilityOf(probes.all, report.disturbances);
  log(`${(100 * share).toFixed(2)} % of ${reads} undisturbed reads were answered`);
  log(`refusals: ${[...client.refusals].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'}`);
  log(
    `${uses.length} lists with ${listHistory.taskRuns.length} runs, ${messages.readers.length} conversations, ` +
      `${sessions.ended.length} sessions ended, ${restores.length} restores`,
  );
  log(
    `memory at most ${Math.max(...replicas.map((replica) => replica.peakMb())).toFixed(0)} MB; gap: ${gap.what}`,
  );
  log(budgetLine(budgets.uses, budgets.deployments, restores));
  log(webhookLine(receivers.uses, webhooks, report.kills));
  const judgments = judge({
    ...{ history, lists: listHistory, times, client, probes: probes.all, sessions: sessions.ended },
    ...{ messages: messageProblems, webhooks, usage, budgets, replicas, report, slowness },
  });
  printFindings(judgments);
  for (const what of broken) {
    const { seenBy } = BREAKS[what];
    log(
      `--break ${what} was ${judgments[seenBy].length > 0 ? 'seen' : 'NOT SEEN'} by the judgment ${seenBy}`,
    );
  }
  console.log(summaryLine({ seed, minutes, history, judgments, kills: report.kills, gapMs: gap.ms }));
  return Object.values(judgments).every((cases) => cases.length === 0);
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
