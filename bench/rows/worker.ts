/** The poller at scale: unfinished deployments of many organizations, in which nothing changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deploy } from '../lib/accounts.ts';
import type { Bench, Sizes } from '../lib/bench.ts';
import { figure, quantile, table } from '../lib/figures.ts';
import { taskIdOf } from '../lib/identities.ts';
import type { Shares } from '../lib/layers.ts';
import { cpuMsOf, rssMbOf } from '../lib/proc.ts';
import { profileOf, profileSection } from '../lib/profile.ts';
import { judge, type Section } from '../lib/results.ts';
import type { Target } from '../lib/targets.ts';
import { until } from '../lib/waiting.ts';
import { type LiveUpstream, nowNs, startLiveUpstream } from '../upstream/live.ts';

const INTERVAL_MS = 2_000;
const DEPLOYMENTS_PER_TASK = 10;
const ASK_EVERY_MS = 100;
const FIRST_LOOKS_MS = 120_000;

const MAX_LATE_MS = INTERVAL_MS / 10;
const MAX_CPU_PERCENT = 20;
/** The goal for CPU is set for this crowd. */
const JUDGED_ORGANIZATIONS = 100;

type Crowd = Sizes['crowds'][number];

interface Watched {
  target: string;
  crowd: Crowd;
  looksPerSecond: number;
  callsPerLook: number;
  latenessMs: number[];
  cpuPercent: number;
  cpuMsPerLook: number;
  othersMs: number[];
  rssMb: number;
  complaints: number;
  shares?: Shares;
}

export async function measureWorker(bench: Bench): Promise<Section[]> {
  if (!bench.rows.has('worker')) return [];
  const all: Watched[] = [];
  for (const crowd of bench.sizes.crowds) {
    for (const target of bench.targets) {
      const watched = await watch(bench, target, crowd);
      all.push(watched);
      bench.say(
        `  ${target.name}, ${nameOf(crowd)}: ${figure(watched.cpuPercent, 1)} % of a core,` +
          ` p99 ${figure(quantile(watched.latenessMs, 0.99))} ms late, ${watched.complaints} warnings`,
      );
    }
  }
  const profiles = all.flatMap(({ target, crowd, shares }) =>
    shares ? [[`${target}, ${nameOf(crowd)}`, shares] as const] : [],
  );
  const sections = [sectionOf(bench, all)];
  return profiles.length === 0 ? sections : [...sections, profileSection('Profile: the poller', profiles)];
}

function nameOf({ organizations, deployments }: Crowd): string {
  return `${organizations * deployments} deployments of ${organizations} organizations`;
}

/** Deploys while the poller sleeps, then watches the gateway with the poller at work. */
async function watch(bench: Bench, target: Target, crowd: Crowd): Promise<Watched> {
  const { organizations, deployments } = crowd;
  const tasks = Math.ceil(deployments / DEPLOYMENTS_PER_TASK);
  const upstream = await startLiveUpstream(tasks);
  const options = (interval: string) => ({
    upstreamUrl: upstream.baseUrl,
    hasProbe: bench.profiles,
    env: { POLL_INTERVAL: interval, POLL_INTERVAL_MAX: interval },
  });
  const first = await target.start(organizations, options('1h'));
  await deploy(first.gateway.url, first.accounts, deployments, (user, at) => taskIdOf(user, at % tasks));
  const running = await first.restart(options(`${INTERVAL_MS}ms`));
  try {
    const lookedAt = () => new Set(upstream.looks.map(({ user }) => user)).size;
    const isWhole = await until(() => lookedAt() === organizations, FIRST_LOOKS_MS);
    if (bench.isSmoke && !isWhole)
      throw new Error(`looks at ${lookedAt()} of ${organizations} organizations`);
    await sleep(bench.sizes.settleSeconds * 1_000);
    const { pid, url } = running.gateway;
    upstream.looks.length = 0;
    const calls = upstream.calls();
    const usedMs = cpuMsOf(pid);
    const startNs = nowNs();
    const work = () => askMeanwhile(url, bench.sizes.workerSeconds);
    const othersMs = await work();
    const endNs = nowNs();
    const tookS = (endNs - startNs) / 1e9;
    const looks = upstream.looks.length;
    const cpuMs = cpuMsOf(pid) - usedMs;
    const watched: Watched = {
      target: target.name,
      crowd,
      looksPerSecond: looks / tookS,
      callsPerLook: (upstream.calls() - calls) / looks,
      latenessMs: latenessOf(upstream, organizations, startNs, endNs),
      cpuPercent: cpuMs / (tookS * 10),
      cpuMsPerLook: cpuMs / looks,
      othersMs,
      rssMb: rssMbOf(pid),
      complaints: running.gateway.complaints().length,
    };
    if (!bench.profiles || target !== bench.targets[0]) return watched;
    return { ...watched, shares: await profileOf(running.gateway, work) };
  } finally {
    await running.stop();
    upstream.close();
  }
}

/** What others wait for an answer of the gateway meanwhile. */
async function askMeanwhile(url: string, seconds: number): Promise<number[]> {
  const tookMs: number[] = [];
  const endMs = performance.now() + seconds * 1_000;
  while (performance.now() < endMs) {
    const startMs = performance.now();
    await fetch(`${url}/healthz`).then((answer) => answer.text());
    tookMs.push(performance.now() - startMs);
    await sleep(ASK_EVERY_MS);
  }
  return tookMs;
}

/** Lateness as the upstream sees it: the pause between two looks at an organization, less the configured one. */
function latenessOf(upstream: LiveUpstream, organizations: number, startNs: number, endNs: number): number[] {
  const lastNs = new Map<number, number>();
  const lateMs: number[] = [];
  const pause = (fromNs: number, toNs: number) => Math.max(0, (toNs - fromNs) / 1e6 - INTERVAL_MS);
  for (const { user, atNs } of upstream.looks) {
    const before = lastNs.get(user);
    if (before !== undefined) lateMs.push(pause(before, atNs));
    lastNs.set(user, atNs);
  }
  // Those that were not looked at any more count as well.
  for (let user = 0; user < organizations; user += 1) {
    const late = pause(lastNs.get(user) ?? startNs, endNs);
    if (late > 0) lateMs.push(late);
  }
  return lateMs;
}

function sectionOf({ sizes }: Bench, all: readonly Watched[]): Section {
  const rows = all.map((one) => [
    nameOf(one.crowd),
    one.target,
    figure(one.cpuPercent, 1),
    figure(one.cpuMsPerLook, 2),
    [0.5, 0.99, 1].map((share) => figure(quantile(one.latenessMs, share))).join(' / '),
    figure(one.looksPerSecond, 1),
    figure(one.callsPerLook, 2),
    figure(quantile(one.othersMs, 0.99), 1),
    figure(one.rssMb),
    String(one.complaints),
  ]);
  const heads = [
    'what',
    'who',
    '% of a core',
    'CPU a look, ms',
    'lateness, ms: p50 / p99 / most',
    'looks a second',
    'calls a look',
    '/healthz p99, ms',
    'memory, MB',
    'warnings',
  ];
  return {
    title: 'Worker',
    method:
      `POLL_INTERVAL and POLL_INTERVAL_MAX ${INTERVAL_MS / 1_000} s, deployments made through the gateway, nothing changes upstream.` +
      ` Watched for ${sizes.workerSeconds} s. Lateness is what the upstream sees: the pause between two looks at an organization` +
      ' less the interval.',
    tables: [table(heads, rows)],
    goals: all.flatMap(({ target, crowd, latenessMs, cpuPercent }) => {
      const late = quantile(latenessMs, 0.99);
      const lateness = { value: late, atMost: MAX_LATE_MS, text: figure(late) };
      const cpu = { value: cpuPercent, atMost: MAX_CPU_PERCENT, text: figure(cpuPercent, 1) };
      return [
        judge(target, `${nameOf(crowd)}: p99 lateness, ms`, lateness),
        ...(crowd.organizations === JUDGED_ORGANIZATIONS
          ? [judge(target, `${nameOf(crowd)}: % of a core`, cpu)]
          : []),
      ];
    }),
  };
}
