/** Push: many sockets of one user on a hundred deployments, beside raw `ws` and mercurius. */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../lib/bench.ts';
import { figure, median, quantile, spread, sum, table } from '../lib/figures.ts';
import { cpuMsOf, rssMbOf } from '../lib/proc.ts';
import { profileOf, profileSection } from '../lib/profile.ts';
import { type GoalResult, judge, type Section } from '../lib/results.ts';
import { cpuPercentOver } from '../lib/watching.ts';
import {
  askSockets,
  type Fan,
  startDeployed,
  startGatewayFan,
  startPeerFans,
  subscribersOf,
} from './fans.ts';

const PACED_PER_SECOND = 100;
const PACED_ROUNDS = 5;
const WARM_ROUNDS = 2;
const PROFILED_BURSTS = 10;
/** Descriptors that a process needs for other things than sockets. */
const SPARE_DESCRIPTORS = 500;

/** Idle sockets are watched for as long as each needs to be pinged once. */
const PING_INTERVAL_SECONDS = 30;

const MIN_OF_RAW = 0.6;
const MAX_BURST_US = 40;
const MAX_PACED_MS = 5;
const MAX_IDLE_PERCENT = 1;

interface Phase {
  perSecond: number;
  cpuUs: number;
  latenciesMs: number[];
  delivered: number;
  lost: number;
}

interface Idle {
  percent: number;
  restMb: number;
  idleMb: number;
}

interface Figures {
  fan: Fan;
  paced: Phase;
  bursts: Phase[];
  idle?: Idle;
  afterMb: number;
}

export async function measurePush(bench: Bench): Promise<Section[]> {
  if (!bench.rows.has('push')) return [];
  const limit = descriptorLimit() - SPARE_DESCRIPTORS;
  const sizes = {
    ...bench.sizes,
    sockets: Math.min(bench.sizes.sockets, limit),
    idleSockets: Math.min(bench.sizes.idleSockets, limit),
  };
  const own = { ...bench, sizes };
  const fans = await startPeerFans(own);
  try {
    const idles = new Map<Fan, Idle>();
    // 10,000 subscriptions in one moment wait longer for the connections of PostgreSQL than requests may: clients try again, these do not.
    for (const target of own.targets.filter(({ kind }) => kind === 'SQLite')) {
      const deployed = await startDeployed(own, target);
      const idle = await measureIdle(own, deployed);
      const fan = await startGatewayFan(own, target, deployed);
      idles.set(fan, idle);
      fans.push(fan);
    }
    return await compare(own, fans, idles);
  } finally {
    for (const fan of fans) await fan.stop();
  }
}

function descriptorLimit(): number {
  return Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })) || Number.MAX_SAFE_INTEGER;
}

/** What sockets cost on which nothing happens: the CPU with them less that without. */
async function measureIdle(bench: Bench, deployed: Awaited<ReturnType<typeof startDeployed>>): Promise<Idle> {
  const { running } = deployed;
  const { pid } = running.gateway;
  const seconds = bench.isSmoke ? 0.3 : 6;
  const secondsWith = bench.isSmoke ? 0.3 : PING_INTERVAL_SECONDS;
  await sleep((seconds * 1_000) / 3);
  const without = await cpuPercentOver(pid, seconds);
  const restMb = rssMbOf(pid);
  const sockets = await subscribersOf(running, deployed, bench.sizes.idleSockets);
  await sleep((seconds * 1_000) / 3);
  const percent = (await cpuPercentOver(pid, secondsWith)) - without;
  const idleMb = rssMbOf(pid);
  await askSockets(sockets, { kind: 'close' });
  await sockets.stop();
  bench.say(`  idle: ${figure(percent, 2)} %, memory ${figure(restMb)} → ${figure(idleMb)} MB`);
  return { percent, restMb, idleMb };
}

async function compare(
  bench: Bench,
  fans: readonly Fan[],
  idles: ReadonlyMap<Fan, Idle>,
): Promise<Section[]> {
  const all: Figures[] = [];
  for (const fan of fans) {
    for (let round = 0; round < WARM_ROUNDS; round += 1) await measure(bench, fan, 1);
    const paced = await measure(bench, fan, bench.isSmoke ? 2 : PACED_ROUNDS, PACED_PER_SECOND);
    bench.say(`  paced, ${fan.name}: p50 ${figure(quantile(paced.latenciesMs, 0.5), 2)} ms`);
    const idle = idles.get(fan);
    all.push({ fan, paced, bursts: [], afterMb: 0, ...(idle && { idle }) });
  }
  for (let round = 0; round < bench.sizes.bursts; round += 1) {
    for (const { fan, bursts } of round % 2 === 0 ? all : all.toReversed()) {
      bursts.push(await measure(bench, fan, 1));
    }
  }
  for (const figures of all) {
    figures.afterMb = rssMbOf(figures.fan.pid);
    const lost = lostOf(figures);
    if (bench.isSmoke && lost > 0)
      throw new Error(`${figures.fan.name}: ${lost} deliveries lost or too many`);
  }
  const sections = [sectionOf(bench, all)];
  const [profiled] = fans.filter(({ running }) => running);
  if (bench.profiles && profiled?.running) {
    const shares = await profileOf(profiled.running.gateway, async () => {
      for (let round = 0; round < PROFILED_BURSTS; round += 1) await measure(bench, profiled, 1);
    });
    sections.push(profileSection(`Profile of ${profiled.name}: push`, [['bursts', shares]]));
  }
  return sections;
}

function lostOf({ paced, bursts }: Figures): number {
  return sum([paced, ...bursts].map(({ lost }) => Math.abs(lost)));
}

/** Publishes to every topic, so many times, and waits for all deliveries. */
async function measure({ sizes }: Bench, fan: Fan, rounds: number, perSecond?: number): Promise<Phase> {
  const expected = rounds * sizes.sockets;
  const usedMs = cpuMsOf(fan.pid);
  await askSockets(fan.sockets, { kind: 'begin' });
  const publishedAt = await fan.publish(rounds, perSecond);
  const events = sum(publishedAt.map((times, topic) => times.length * subscribersOfTopic(sizes, topic)));
  const { arrivedAt } = await askSockets(fan.sockets, { kind: 'collect', events });
  const arrivals = arrivedAt.flat();
  const spanNs =
    arrivals.reduce((last, at) => Math.max(last, at), 0) -
    arrivals.reduce((first, at) => Math.min(first, at), Number.MAX_VALUE);
  const latenciesMs = arrivedAt.flatMap((times, subscriber) =>
    times.map((at, event) => (at - (publishedAt[subscriber % sizes.topics]?.[event] ?? Number.NaN)) / 1e6),
  );
  const isWhole = perSecond !== undefined || events === expected;
  return {
    perSecond: (arrivals.length * 1e9) / spanNs,
    cpuUs: ((cpuMsOf(fan.pid) - usedMs) * 1_000) / arrivals.length,
    latenciesMs,
    delivered: arrivals.length,
    lost: isWhole ? events - arrivals.length : expected,
  };
}

function subscribersOfTopic({ sockets, topics }: Bench['sizes'], topic: number): number {
  return Math.floor(sockets / topics) + (topic < sockets % topics ? 1 : 0);
}

function sectionOf({ sizes }: Bench, all: readonly Figures[]): Section {
  const raw = all[0]!;
  const ofRaw = ({ bursts }: Figures) =>
    bursts.map(({ perSecond }, round) => perSecond / (raw.bursts[round]?.perSecond ?? Number.NaN));
  const cpuOf = ({ bursts }: Figures) => bursts.map(({ cpuUs }) => cpuUs);
  const rows = all.map((one) => [
    one.fan.name,
    spread(one.bursts.map(({ perSecond }) => perSecond)),
    spread(ofRaw(one), 2),
    spread(cpuOf(one)),
    figure(quantile(one.paced.latenciesMs, 0.5), 2),
    figure(quantile(one.paced.latenciesMs, 0.99), 2),
    figure(one.paced.cpuUs),
    figure(one.idle?.percent, 2),
    one.idle
      ? `${figure(one.idle.restMb)} / ${figure(one.idle.idleMb)} / ${figure(one.afterMb)}`
      : figure(one.afterMb),
    `${one.paced.delivered + sum(one.bursts.map(({ delivered }) => delivered))} (${lostOf(one)})`,
  ]);
  const heads = [
    'who',
    'burst: deliveries a second',
    'of s0',
    'CPU a delivery, us',
    'paced: p50 ms',
    'p99 ms',
    'CPU a delivery, us',
    'idle: % of a core',
    'memory, MB: at rest / idle / after',
    'deliveries (lost or too many)',
  ];
  const each = sizes.sockets / sizes.topics;
  return {
    title: 'Push',
    method:
      `${sizes.sockets} sockets of one user on ${sizes.topics} deployments. Burst: all deployments change at once and one look` +
      ` of the poller sees it; counted from the first arrival to the last, ${sizes.bursts} times, in turns with the peers. CPU` +
      ` includes the look. Paced: ${PACED_PER_SECOND} changes a second, ${figure(PACED_PER_SECOND * each)} deliveries; from the` +
      ` upstream's answer that first showed the change to the arrival. Idle: ${sizes.idleSockets} sockets on which nothing` +
      ' happens, less the CPU without them.',
    tables: [table(heads, rows)],
    goals: all.flatMap((one) => (one.fan.running ? goalsOf(one, ofRaw(one), cpuOf(one), sizes) : [])),
  };
}

function goalsOf(
  figures: Figures,
  ofRaw: readonly number[],
  cpuUs: readonly number[],
  { sockets, idleSockets }: Bench['sizes'],
): GoalResult[] {
  const { fan, paced, idle } = figures;
  const { name } = fan;
  const lost = lostOf(figures);
  const pacedMs = quantile(paced.latenciesMs, 0.5);
  const burst = { value: median(ofRaw), atLeast: MIN_OF_RAW, text: spread(ofRaw, 2) };
  const cpu = { value: median(cpuUs), atMost: MAX_BURST_US, text: spread(cpuUs) };
  const latency = { value: pacedMs, atMost: MAX_PACED_MS, text: figure(pacedMs, 2) };
  const goals = [
    judge(name, 'push: deliveries lost or too many', { value: lost, atMost: 0, text: String(lost) }),
    judge(name, `push to ${sockets} sockets, burst, of raw ws`, burst),
    judge(name, 'push, burst: CPU a delivery, us', cpu),
    judge(name, 'push, paced: p50, ms', latency),
  ];
  if (!idle) return goals;
  const rest = { value: idle.percent, atMost: MAX_IDLE_PERCENT, text: figure(idle.percent, 2) };
  return [...goals, judge(name, `${idleSockets} idle subscribers, % of a core`, rest)];
}
