/** What pushes events to many subscribers: the peers, which make them up, and the gateways, whose upstream changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deploy } from '../lib/accounts.ts';
import type { Bench } from '../lib/bench.ts';
import { taskIdOf } from '../lib/identities.ts';
import { freePort, type Program, startProgram } from '../lib/programs.ts';
import type { RunningTarget, Target } from '../lib/targets.ts';
import { until } from '../lib/waiting.ts';
import type { SocketsJob, SocketsReport } from '../programs/sockets.ts';
import { startLiveUpstream } from '../upstream/live.ts';
import { peerTokenOf } from './contestants.ts';

const TASKS = 10;
const SHOWN_MS = 60_000;

/** Pushes, with its subscribers connected. */
export interface Fan {
  name: string;
  pid: number;
  sockets: Program;
  running?: RunningTarget;
  /** Makes events, one topic after the other, at once or at a rate. @returns when each was there to be sent, by topic */
  publish(rounds: number, perSecond?: number): Promise<number[][]>;
  stop(): Promise<void>;
}

/** @throws Error when a subscriber had trouble */
export async function askSockets(sockets: Program, job: SocketsJob): Promise<SocketsReport> {
  const report = await sockets.ask<SocketsReport>(job);
  if (report.troubles.length > 0) throw new Error(`subscribers: ${report.troubles.join('; ')}`);
  return report;
}

export async function connectSockets(job: Omit<Extract<SocketsJob, { kind: 'connect' }>, 'kind'>) {
  const sockets = await startProgram('programs/sockets.ts');
  await askSockets(sockets, { kind: 'connect', ...job });
  return sockets;
}

function subscription(type: string): string {
  return `subscription ($id: ${type}) { deploymentEvents(deploymentId: $id) { id deploymentId status rawStatus } }`;
}

const PEERS = [
  { name: 's0: raw ws, one frame an event', file: 'peers/raw-ws.mjs' },
  { name: 'mercurius', file: 'peers/mercurius.mjs' },
];

export async function startPeerFans({ sizes }: Bench): Promise<Fan[]> {
  const fans: Fan[] = [];
  for (const { name, file } of PEERS) {
    const port = await freePort();
    const program = await startProgram(file, { isServer: true, env: { PORT: String(port), USERS: '1' } });
    const topics = Array.from({ length: sizes.topics }, (_, at) => `dep-${at}`);
    const sockets = await connectSockets({
      port,
      count: sizes.sockets,
      tokens: [peerTokenOf(0)],
      topics,
      query: subscription('String!'),
      firstEvents: 0,
    });
    fans.push({
      name,
      pid: program.pid,
      sockets,
      async publish(rounds, perSecond) {
        const job = { events: rounds * topics.length, perSecond, topics: topics.length };
        const publishedAt = await program.ask<number[]>(job);
        return topics.map((_, topic) => publishedAt.filter((_, at) => at % topics.length === topic));
      },
      async stop() {
        await sockets.stop();
        await program.stop();
      },
    });
  }
  return fans;
}

/** A gateway with deployments of one user; its poller sleeps until `startGatewayFan` restarts it. */
export async function startDeployed({ sizes, profiles }: Bench, target: Target) {
  const upstream = await startLiveUpstream(TASKS);
  const most = String(2 * Math.max(sizes.sockets, sizes.idleSockets));
  const options = {
    upstreamUrl: upstream.baseUrl,
    hasProbe: profiles,
    env: { MAX_SOCKETS_PER_USER: most, MAX_WATCHES_PER_USER: most },
  };
  const withInterval = (interval: string) => ({
    ...options,
    env: { ...options.env, POLL_INTERVAL: interval, POLL_INTERVAL_MAX: interval },
  });
  const running = await target.start(1, withInterval('1h'));
  const { url } = running.gateway;
  await deploy(url, running.accounts, sizes.topics, (user, at) => taskIdOf(user, at % TASKS));
  return { upstream, running, withInterval };
}

export type Deployed = Awaited<ReturnType<typeof startDeployed>>;

export function subscribersOf(
  running: RunningTarget,
  { upstream }: Deployed,
  count: number,
): Promise<Program> {
  return connectSockets({
    port: running.gateway.port,
    count,
    tokens: running.accounts.map(({ accessToken }) => accessToken),
    topics: upstream.deployments.map(({ id }) => id),
    query: subscription('ID!'),
    // The first event that a subscriber gets is the newest one there is.
    firstEvents: 1,
  });
}

/** Starts the poller, and connects the subscribers. */
export async function startGatewayFan({ sizes }: Bench, target: Target, deployed: Deployed): Promise<Fan> {
  const { upstream, withInterval } = deployed;
  const running = await deployed.running.restart(withInterval('100ms'));
  const sockets = await subscribersOf(running, deployed, sizes.sockets);
  const { deployments } = upstream;
  return {
    name: target.name,
    pid: running.gateway.pid,
    sockets,
    running,
    async publish(rounds, perSecond) {
      const before = deployments.map(({ shownAt }) => shownAt.length);
      const shownBefore = upstream.changesShown();
      let flips = 0;
      const startMs = performance.now();
      for (let at = 0; at < rounds * deployments.length; at += 1) {
        const dueMs = perSecond === undefined ? 0 : (at / perSecond) * 1_000;
        while (performance.now() - startMs < dueMs) await sleep(1);
        if (upstream.flip(deployments[at % deployments.length]!)) flips += 1;
      }
      await until(() => upstream.changesShown() - shownBefore === flips, SHOWN_MS);
      return deployments.map(({ shownAt }, topic) => shownAt.slice(before[topic]));
    },
    async stop() {
      await sockets.stop();
      await running.stop();
      upstream.close();
    },
  };
}
