/** The event log: appends a second, and what a client who is far behind costs the others. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deploy, post } from '../lib/accounts.ts';
import type { Bench } from '../lib/bench.ts';
import { figure, spread, sum, table } from '../lib/figures.ts';
import { taskIdOf } from '../lib/identities.ts';
import { cpuMsOf } from '../lib/proc.ts';
import { watched } from '../lib/profile.ts';
import { judge, type Section } from '../lib/results.ts';
import type { RunningTarget, Target } from '../lib/targets.ts';
import { until } from '../lib/waiting.ts';
import type { Turns } from '../programs/probe.ts';
import { startLiveUpstream } from '../upstream/live.ts';
import { askSockets, connectSockets } from './fans.ts';

const DEPLOYMENTS = 100;
const TASKS = 10;
const INTERVAL = '20ms';
const APPEND_MS = 120_000;
const SETTLE_MS = 1_500;
const ALL_WRITTEN_MS = 5_000;
const ASK_EVERY_MS = 5;
const CLIENTS = [1, 10];
const PAGE = 500;

const MAX_TURN_MS = 20;

interface CatchUp {
  clients: number;
  tookMs: number[];
  longestTurnMs: number;
  longestAnswerMs: number;
}

interface Measured {
  target: string;
  events: number;
  /** Changes that answers have shown and that no event tells. */
  missed: number;
  appendsPerSecond: number;
  cpuUsPerAppend: number;
  complaints: number;
  catchUps: CatchUp[];
}

export async function measureLog(bench: Bench): Promise<Section[]> {
  if (!bench.rows.has('log')) return [];
  const all: Measured[] = [];
  for (const target of bench.targets) {
    const one = await measure(bench, target);
    all.push(one);
    bench.say(`  ${one.target}: ${figure(one.appendsPerSecond)} appends a second, ${one.events} events`);
  }
  return [sectionOf(all)];
}

async function measure(bench: Bench, target: Target): Promise<Measured> {
  const upstream = await startLiveUpstream(TASKS);
  const running = await target.start(1, {
    upstreamUrl: upstream.baseUrl,
    hasProbe: true,
    env: { POLL_INTERVAL: INTERVAL, POLL_INTERVAL_MAX: INTERVAL, MAX_WATCHES_PER_USER: '500' },
  });
  try {
    const { url, pid } = running.gateway;
    await deploy(url, running.accounts, DEPLOYMENTS, (user, at) => taskIdOf(user, at % TASKS));
    // A deploy is followed by reads, and a change that comes and goes while two reads overlap may have no event.
    await sleep(SETTLE_MS);
    const made = await countEvents(running);
    const usedMs = cpuMsOf(pid);
    const startMs = performance.now();
    while (upstream.changesShown() < bench.sizes.events && performance.now() - startMs < APPEND_MS) {
      for (const deployment of upstream.deployments) upstream.flip(deployment);
      await sleep(ASK_EVERY_MS);
    }
    await until(() => upstream.deployments.every(({ isUnseen }) => !isUnseen), ALL_WRITTEN_MS);
    const tookS = (performance.now() - startMs) / 1_000;
    const events = await countAll(running, made + upstream.changesShown());
    const appended = events - made;
    const cpuMs = cpuMsOf(pid) - usedMs;
    const catchUps: CatchUp[] = [];
    for (const clients of CLIENTS) catchUps.push(await catchUp(running, clients, events));
    return {
      target: target.name,
      events,
      missed: upstream.changesShown() - appended,
      appendsPerSecond: appended / tookS,
      cpuUsPerAppend: (cpuMs * 1_000) / appended,
      complaints: running.gateway.complaints().length,
      catchUps,
    };
  } finally {
    await running.stop();
    upstream.close();
  }
}

/** Reads the log until it has all, or for a moment longer than that should take. */
async function countAll(running: RunningTarget, expected: number): Promise<number> {
  const endMs = performance.now() + ALL_WRITTEN_MS;
  for (;;) {
    const count = await countEvents(running);
    if (count >= expected || performance.now() > endMs) return count;
    await sleep(ASK_EVERY_MS);
  }
}

interface EventsPage {
  data: { deploymentEvents: { nodes: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
}

/** What the log has, read page by page. */
async function countEvents({ gateway, accounts }: RunningTarget): Promise<number> {
  const query =
    `query ($after: ID) { deploymentEvents(after: $after, first: ${PAGE}) ` +
    '{ nodes { id } pageInfo { hasNextPage endCursor } } }';
  let count = 0;
  for (let after = '0'; ; ) {
    const { data } = await post<EventsPage>(
      `${gateway.url}/graphql`,
      { query, variables: { after } },
      accounts[0]?.accessToken,
    );
    const { nodes, pageInfo } = data.deploymentEvents;
    count += nodes.length;
    if (!pageInfo.hasNextPage) return count;
    after = pageInfo.endCursor;
  }
}

/** Clients come with the first cursor there is, all at once. */
async function catchUp(
  { gateway, accounts }: RunningTarget,
  clients: number,
  events: number,
): Promise<CatchUp> {
  const tookMs: number[] = [];
  let longestAnswerMs = 0;
  const { longestTurnMs } = await watched<Turns>(gateway, 'turns', async () => {
    let isOver = false;
    const others = (async () => {
      while (!isOver) {
        const startMs = performance.now();
        await fetch(`${gateway.url}/healthz`).then((answer) => answer.text());
        longestAnswerMs = Math.max(longestAnswerMs, performance.now() - startMs);
        await sleep(ASK_EVERY_MS);
      }
    })();
    const startNs = Number(process.hrtime.bigint());
    const sockets = await connectSockets({
      port: gateway.port,
      count: clients,
      tokens: accounts.map(({ accessToken }) => accessToken),
      topics: ['0'],
      query: 'subscription ($id: ID!) { deploymentEvents(after: $id) { id type status rawStatus } }',
      firstEvents: 0,
    });
    const all = { kind: 'collect', events: clients * events } as const;
    const { arrivedAt } = await askSockets(sockets, all);
    isOver = true;
    await others;
    await sockets.stop();
    const delivered = sum(arrivedAt.map(({ length }) => length));
    if (delivered !== clients * events)
      throw new Error(`${delivered} of ${clients * events} events delivered`);
    for (const times of arrivedAt) tookMs.push(((times.at(-1) ?? Number.NaN) - startNs) / 1e6);
  });
  return { clients, tookMs, longestTurnMs, longestAnswerMs };
}

function sectionOf(all: readonly Measured[]): Section {
  const rows = all.flatMap(
    ({ target, events, missed, appendsPerSecond, cpuUsPerAppend, complaints, catchUps }) =>
      catchUps.map(({ clients, tookMs, longestTurnMs, longestAnswerMs }) => [
        target,
        figure(appendsPerSecond),
        figure(cpuUsPerAppend),
        `${missed} (${complaints})`,
        `${clients} × ${events} events`,
        spread(tookMs),
        figure(longestTurnMs, 1),
        figure(longestAnswerMs, 1),
      ]),
  );
  const heads = [
    'who',
    'appends a second',
    'CPU an append, us',
    'changes without an event (warnings)',
    'catch-up of',
    'took ms',
    'longest turn of the loop, ms',
    '/healthz meanwhile, longest ms',
  ];
  return {
    title: 'Log',
    method:
      `${DEPLOYMENTS} deployments of one user change at every look of the poller, which looks every ${INTERVAL}: so appends are` +
      ' those of a look that sees a hundred changes. Then clients come who have seen nothing. The time is counted from' +
      ' the start of the client program; the longest turn is measured within the gateway. A change counts once an answer shows' +
      ' it; if that answer is not stored, because the poll failed or the read was repeated, and the next one shows the state' +
      ' from before, the two changes have no event: what comes and goes between two reads is not seen.',
    tables: [table(heads, rows)],
    goals: all.map(({ target, catchUps }) => {
      const alone = catchUps[0]?.longestTurnMs ?? Number.NaN;
      const turn = { value: alone, atMost: MAX_TURN_MS, text: figure(alone, 1) };
      return judge(target, 'a client far behind: longest turn of the loop, ms', turn);
    }),
  };
}
