/** W1 to W3 and their REST twins: CPU and requests a second beside the peers, in one interleaved run. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../lib/bench.ts';
import { figure, median, spread, table } from '../lib/figures.ts';
import type { Shares } from '../lib/layers.ts';
import { cpuMsOf, machineCpuMs, rssMbOf } from '../lib/proc.ts';
import { profileOf, profileSection, watched } from '../lib/profile.ts';
import { type Program, startProgram } from '../lib/programs.ts';
import { rememberedTable } from '../lib/remembered.ts';
import { type GoalResult, judge, type Section } from '../lib/results.ts';
import type { LoadJob, LoadResult } from '../programs/load.ts';
import type { Calls } from '../programs/probe.ts';
import { type Contestant, startGateways, startPeers } from './contestants.ts';
import { assertRight, PEER_WORKLOAD, TITLES, type Wish, WORKLOADS, type Workload } from './workloads.ts';

export interface Sample extends LoadResult {
  workload: Workload;
  key: string;
  round: number;
  cpuUs: number;
  perSecond: number;
  busyPercent: number;
  /** Of the whole machine, used by programs that are not part of this. */
  foreignPercent: number;
  callsEach: number;
  rssMb: number;
}

/** What one request alone costs, and its answer. */
interface Exact {
  calls: number;
  body: string;
}

const MAX_FOREIGN_PERCENT = 12;
const MAX_ATTEMPTS = 3;
const CALM_MS = 250;
const MAX_CALM_TRIES = 8;
/** Requests a second have to agree with CPU: waiting is no way around a goal. */
const RATE_TOLERANCE = 0.85;

/** The goals, as parts of the peers' speed: more is better. */
const GOALS: Record<Workload, { peer: string; atLeast: number }[]> = {
  W1: [
    { peer: 'p0', atLeast: 0.7 },
    { peer: 'p2', atLeast: 1.8 },
  ],
  W2: [
    { peer: 'p0', atLeast: 0.4 },
    { peer: 'p2', atLeast: 1.7 },
  ],
  W3: [
    { peer: 'p0', atLeast: 0.9 },
    { peer: 'p2', atLeast: 1.7 },
  ],
  R1: [{ peer: 'p0', atLeast: 0.6 }],
  R2: [{ peer: 'p0', atLeast: 0.4 }],
};
const MAX_CALLS: Partial<Record<Workload, number>> = { W3: 22 };
const MAX_RSS_MB = 250;

export async function measureRequests(bench: Bench): Promise<Section[]> {
  const workloads = WORKLOADS.filter((workload) => bench.rows.has(workload));
  if (workloads.length === 0) return [];
  const contestants = [...(await startPeers(bench)), ...(await startGateways(bench))];
  const load = await startProgram('programs/load.ts');
  try {
    return await compare(bench, workloads, contestants, load);
  } finally {
    await load.stop();
    for (const { stop } of contestants) await stop();
  }
}

async function compare(
  bench: Bench,
  workloads: readonly Workload[],
  contestants: readonly Contestant[],
  load: Program,
): Promise<Section[]> {
  const { samples, exact } = await sampleAll(bench, workloads, contestants, load);
  const sections = [sectionOf(bench, workloads, contestants, samples, exact)];
  const [profiled] = contestants.filter(({ running }) => running);
  if (bench.profiles && profiled) sections.push(await profileEach(bench, workloads, profiled, load, exact));
  return sections;
}

/** Measures every contestant once in each round, in alternating order, and checks every answer. */
export async function sampleAll(
  bench: Bench,
  workloads: readonly Workload[],
  contestants: readonly Contestant[],
  load: Program,
): Promise<{ samples: Sample[]; exact: ExactOf }> {
  const exact = await askEach(bench, workloads, contestants);
  const samples: Sample[] = [];
  // Code that has run for a moment only is slow: it is still being compiled.
  for (const workload of workloads) {
    for (const contestant of contestants) {
      const wish = contestant.wishes[workload];
      if (!wish) continue;
      const { body } = exact.get(workload, contestant.key);
      const turn = { contestant, workload, wish, body, round: 0 };
      await load.ask<LoadResult>(jobOf(bench, turn, 2 * bench.sizes.warmSeconds));
    }
  }
  // On a machine that is never calm the whole takes half as long again, not three times as long.
  const spare = { tries: Math.ceil((bench.sizes.rounds * workloads.length * contestants.length) / 2) };
  for (let round = 1; round <= bench.sizes.rounds; round += 1) {
    if (round > 1) await Promise.all(contestants.map(({ running }) => running?.refresh()));
    for (const workload of workloads) {
      const order = round % 2 === 1 ? contestants : contestants.toReversed();
      for (const contestant of order) {
        const wish = contestant.wishes[workload];
        if (!wish) continue;
        const { body } = exact.get(workload, contestant.key);
        const turn = { contestant, workload, wish, body, round };
        const sample = await measureCalmly(bench, load, turn, spare);
        samples.push(sample);
      }
    }
  }
  return { samples, exact };
}

type ExactOf = { get(workload: Workload, key: string): Exact };

/** Asks each contestant once: for the answer that load has to get, and the calls of one request alone. */
async function askEach(
  bench: Bench,
  workloads: readonly Workload[],
  contestants: readonly Contestant[],
): Promise<ExactOf> {
  const exact = new Map<string, Exact>();
  for (const workload of workloads) {
    for (const { key, port, wishes, tokens } of contestants) {
      const wish = wishes[workload];
      if (!wish) continue;
      const ask = async (token: string) => {
        const answer = await fetch(`http://127.0.0.1:${port}${wish.path}`, {
          method: wish.method,
          headers: headersOf(wish, token),
          ...(wish.body !== undefined && { body: wish.body }),
        });
        return answer.text();
      };
      const [token = ''] = tokens();
      const first = await ask(token);
      assertRight(workload, first);
      const before = await bench.upstream.ask<number>('calls');
      const body = await ask(tokens().at(-1) ?? token);
      assertRight(workload, body);
      const calls = (await bench.upstream.ask<number>('calls')) - before;
      exact.set(`${workload} ${key}`, { calls, body });
    }
  }
  return { get: (workload, key) => exact.get(`${workload} ${key}`)! };
}

function headersOf(wish: Wish, token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    ...(wish.body !== undefined && { 'content-type': 'application/json' }),
  };
}

function textOf(wish: Wish, token: string): string {
  const lines = Object.entries(headersOf(wish, token)).map(([name, value]) => `${name}: ${value}`);
  const length = wish.body === undefined ? [] : [`content-length: ${Buffer.byteLength(wish.body)}`];
  const head = [`${wish.method} ${wish.path} HTTP/1.1`, 'host: 127.0.0.1', ...lines, ...length];
  return `${head.join('\r\n')}\r\n\r\n${wish.body ?? ''}`;
}

interface Turn {
  contestant: Contestant;
  workload: Workload;
  wish: Wish;
  body: string;
  round: number;
}

function jobOf({ sizes }: Bench, { contestant, wish, body }: Turn, seconds: number): LoadJob {
  const requests = contestant.tokens().map((token) => textOf(wish, token));
  return { port: contestant.port, requests, expected: body, connections: sizes.connections, seconds };
}

/** One sample, measured again when other programs of the machine were busy; how often is limited. */
async function measureCalmly(
  bench: Bench,
  load: Program,
  turn: Turn,
  spare: { tries: number },
): Promise<Sample> {
  for (let attempt = 1; ; attempt += 1) {
    if (!bench.isSmoke) await becomeCalm();
    await load.ask<LoadResult>(jobOf(bench, turn, bench.sizes.warmSeconds));
    const sample = await measure(bench, load, turn);
    const isNoisy = sample.foreignPercent > MAX_FOREIGN_PERCENT;
    bench.say(
      `  ${turn.round} ${turn.workload} ${turn.contestant.name.padEnd(34)} ${figure(sample.cpuUs).padStart(6)} us` +
        ` ${figure(sample.perSecond).padStart(6)}/s, p99 ${figure(sample.p99Ms, 1)} ms, core ${figure(sample.busyPercent)} %,` +
        ` others ${figure(sample.foreignPercent)} %, ${figure(sample.callsEach, 2)} calls, ${figure(sample.rssMb)} MB,` +
        ` ${sample.bad} bad${isNoisy ? ' (noisy)' : ''}`,
    );
    if (sample.bad > 0) throw new Error(`${turn.contestant.name}, ${turn.workload}: ${sample.badAnswer}`);
    if (bench.isSmoke || !isNoisy || attempt === MAX_ATTEMPTS || spare.tries === 0) return sample;
    spare.tries -= 1;
  }
}

async function becomeCalm(): Promise<void> {
  for (let tries = 0; tries < MAX_CALM_TRIES; tries += 1) {
    const before = machineCpuMs();
    await sleep(CALM_MS);
    if (machineCpuMs() - before < CALM_MS / 4) return;
  }
}

async function measure(bench: Bench, load: Program, turn: Turn): Promise<Sample> {
  const { contestant, workload, round } = turn;
  const job = jobOf(bench, turn, bench.sizes.seconds);
  const calls = await bench.upstream.ask<number>('calls');
  // All that runs for this was started by this process.
  const oursMs = cpuMsOf(process.pid);
  const machineMs = machineCpuMs();
  const cpuMs = cpuMsOf(contestant.pid);
  const startMs = performance.now();
  const result = await load.ask<LoadResult>(job);
  const tookMs = performance.now() - startMs;
  const usedMs = cpuMsOf(contestant.pid) - cpuMs;
  const foreignMs = machineCpuMs() - machineMs - (cpuMsOf(process.pid) - oursMs);
  return {
    ...result,
    workload,
    key: contestant.key,
    round,
    cpuUs: (usedMs * 1_000) / result.answers,
    perSecond: (result.answers * 1_000) / result.tookMs,
    busyPercent: (100 * usedMs) / tookMs,
    foreignPercent: (100 * foreignMs) / tookMs,
    callsEach: ((await bench.upstream.ask<number>('calls')) - calls) / result.answers,
    rssMb: rssMbOf(contestant.pid),
  };
}

/** A contestant's ratios to another one, each within one round: above 1 it is the faster one. */
export function ratioOf(
  samples: readonly Sample[],
  workload: Workload,
  key: string,
  other: string,
  by: 'cpu' | 'rate',
  otherWorkload = PEER_WORKLOAD[workload],
): number[] {
  return samples
    .filter((sample) => sample.workload === workload && sample.key === key)
    .flatMap((sample) => {
      const beside = samples.find(
        (one) => one.workload === otherWorkload && one.key === other && one.round === sample.round,
      );
      if (!beside) return [];
      return [by === 'cpu' ? beside.cpuUs / sample.cpuUs : sample.perSecond / beside.perSecond];
    });
}

function sectionOf(
  bench: Bench,
  workloads: readonly Workload[],
  contestants: readonly Contestant[],
  samples: readonly Sample[],
  exact: ExactOf,
): Section {
  const first = bench.targets[0]?.name ?? '';
  const others = bench.targets.length > 1 ? [`of ${first}, by CPU`] : [];
  const rows = workloads.flatMap((workload) =>
    contestants.flatMap(({ key, name, wishes }) => {
      if (!wishes[workload]) return [];
      const own = samples.filter((sample) => sample.workload === workload && sample.key === key);
      const ratio = (peer: string) => spread(ratioOf(samples, workload, key, peer, 'cpu'), 2);
      const middle = (of: (sample: Sample) => number) => median(own.map(of));
      return [
        [
          workload,
          name,
          spread(own.map(({ cpuUs }) => cpuUs)),
          ratio('p0'),
          ratio('p2'),
          ...others.map(() => spread(ratioOf(samples, workload, key, first, 'cpu', workload), 2)),
          spread(own.map(({ perSecond }) => perSecond)),
          figure(
            middle(({ p50Ms }) => p50Ms),
            1,
          ),
          figure(
            middle(({ p99Ms }) => p99Ms),
            1,
          ),
          `${exact.get(workload, key).calls} / ${figure(
            middle(({ callsEach }) => callsEach),
            2,
          )}`,
          figure(middle(({ rssMb }) => rssMb)),
          String(own.filter(({ foreignPercent }) => foreignPercent > MAX_FOREIGN_PERCENT).length),
        ],
      ];
    }),
  );
  const heads = [
    'request',
    'who',
    'CPU a request, us',
    'of p0, by CPU',
    'of p2, by CPU',
    ...others,
    'requests a second',
    'p50 ms',
    'p99 ms',
    'calls upstream: alone / under load',
    'memory, MB',
    'noisy samples',
  ];
  const { connections, seconds, users, rounds } = bench.sizes;
  return {
    title: 'Requests',
    method:
      `${workloads.map((workload) => `${workload}: ${TITLES[workload]}`).join('; ')}. ${connections} connections,` +
      ` ${users} users in rotation, ${seconds} s a sample, ${rounds} rounds in alternating order. A ratio is the peer's` +
      ' CPU a request divided by that of the row, in the same round: above 1 the row is the cheaper one. REST twins are' +
      ' compared with W1 and W2 of the peers. Every answer was compared with the expected one.',
    tables: [table(heads, rows)],
    goals: contestants.flatMap((one) => (one.running ? goalsOf(workloads, one, samples, exact) : [])),
  };
}

function goalsOf(
  workloads: readonly Workload[],
  { key, name }: Contestant,
  samples: readonly Sample[],
  exact: ExactOf,
): GoalResult[] {
  const ratios = workloads.flatMap((workload) =>
    GOALS[workload].flatMap(({ peer, atLeast }) => {
      const byCpu = ratioOf(samples, workload, key, peer, 'cpu');
      if (byCpu.length === 0) return [];
      const rate = median(ratioOf(samples, workload, key, peer, 'rate'));
      const text = `${spread(byCpu, 2)} by CPU, ${figure(rate, 2)} by requests a second`;
      const value = Math.min(median(byCpu), rate / RATE_TOLERANCE);
      return [judge(name, `${workload}, of ${peer}`, { value, atLeast, text })];
    }),
  );
  const calls = workloads.flatMap((workload) => {
    const atMost = MAX_CALLS[workload];
    if (atMost === undefined) return [];
    const value = exact.get(workload, key).calls;
    return [judge(name, `${workload}, calls upstream`, { value, atMost, text: String(value) })];
  });
  const rss = Math.max(...samples.filter((sample) => sample.key === key).map(({ rssMb }) => rssMb));
  const memory = { value: rss, atMost: MAX_RSS_MB, text: `${figure(rss)} MB` };
  return [...ratios, ...calls, judge(name, 'memory under load, MB', memory)];
}

/** More samples of each workload, not counted above: with a profile, and with the calls of functions. */
async function profileEach(
  bench: Bench,
  workloads: readonly Workload[],
  contestant: Contestant,
  load: Program,
  exact: ExactOf,
): Promise<Section> {
  const { gateway } = contestant.running!;
  const profiles: [string, Shares][] = [];
  const remembered: { name: string; calls: Calls; answers: number }[] = [];
  const workOf = (workload: Workload) => () => {
    const wish = contestant.wishes[workload]!;
    const turn = { contestant, workload, wish, body: exact.get(workload, contestant.key).body, round: 0 };
    return load.ask<LoadResult>(jobOf(bench, turn, bench.sizes.seconds));
  };
  for (const workload of workloads) {
    await workOf(workload)();
    profiles.push([workload, await profileOf(gateway, workOf(workload))]);
  }
  for (const workload of workloads) {
    let answers = 0;
    const calls = await watched<Calls>(gateway, 'calls', async () => {
      ({ answers } = await workOf(workload)());
    });
    remembered.push({ name: workload, calls, answers });
  }
  const section = profileSection(`Profile of ${contestant.name}: requests`, profiles);
  return { ...section, tables: [...section.tables, rememberedTable(remembered)] };
}
