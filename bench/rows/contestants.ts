/** All that answers the measured requests: the peers and the gateways. */
import { createHmac } from 'node:crypto';
import type { Bench } from '../lib/bench.ts';
import { PEER_SECRET, subjectOf } from '../lib/identities.ts';
import { freePort, startProgram } from '../lib/programs.ts';
import type { RunningTarget, Target } from '../lib/targets.ts';
import { GATEWAY, GRAPHQL, PEER_HAND, PEER_REST, type Wish, type Workload } from './workloads.ts';

const TOKEN_TTL_S = 86_400;

export interface Contestant {
  key: string;
  name: string;
  port: number;
  pid: number;
  wishes: Partial<Record<Workload, Wish>>;
  tokens(): string[];
  /** For a gateway; its peers do not end their tokens. */
  running?: RunningTarget;
  stop(): Promise<void>;
}

/** The token of a user of the peers. */
export function peerTokenOf(user: number): string {
  const nowS = Math.floor(Date.now() / 1_000);
  const claims = { sub: subjectOf(user), iat: nowS, exp: nowS + TOKEN_TTL_S };
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createHmac('sha256', PEER_SECRET).update(text).digest('base64url')}`;
}

const PEERS = [
  { key: 'p0', name: 'p0: raw signed passthrough', file: 'peers/raw.mjs', wishes: PEER_REST },
  { key: 'p0h', name: 'p0h: the same, projected by hand', like: 'p0', wishes: PEER_HAND },
  { key: 'p1', name: 'p1: Fastify REST', file: 'peers/fastify-rest.mjs', wishes: PEER_REST },
  { key: 'p2', name: 'p2: mercurius with jit', file: 'peers/mercurius.mjs', wishes: GRAPHQL },
] as const;

export async function startPeers({ sizes, upstreamUrl }: Bench): Promise<Contestant[]> {
  const tokens = Array.from({ length: sizes.users }, (_, user) => peerTokenOf(user));
  const started = new Map<string, Contestant>();
  for (const peer of PEERS) {
    const { key, name, wishes } = peer;
    if ('like' in peer) {
      const { port, pid } = started.get(peer.like)!;
      started.set(key, { key, name, port, pid, wishes, tokens: () => tokens, stop: async () => undefined });
      continue;
    }
    const port = await freePort();
    const env = { PORT: String(port), UPSTREAM: new URL(upstreamUrl).origin, USERS: String(sizes.users) };
    const { pid, stop } = await startProgram(peer.file, { isServer: true, env });
    started.set(key, { key, name, port, pid, wishes, tokens: () => tokens, stop });
  }
  return [...started.values()];
}

/** A gateway under the load of all its users; and the first one under that of a single user as well. */
export async function startGateways({ sizes, targets, upstreamUrl, profiles }: Bench): Promise<Contestant[]> {
  const contestants: Contestant[] = [];
  for (const [at, target] of targets.entries()) {
    const running = await target.start(sizes.users, { upstreamUrl, hasProbe: profiles });
    contestants.push(contestantOf(target, running));
    if (at === 0) contestants.push(ofOneUser(target, running));
  }
  return contestants;
}

/** A gateway under the load of all its users. */
export function contestantOf({ name }: Pick<Target, 'name'>, running: RunningTarget): Contestant {
  const { port, pid } = running.gateway;
  const tokens = () => running.accounts.map(({ accessToken }) => accessToken);
  return { key: name, name, port, pid, wishes: GATEWAY, tokens, running, stop: running.stop };
}

/** Equal reads of one credential are shared while they are under way: this shows how many were. */
function ofOneUser({ name }: Target, running: RunningTarget): Contestant {
  const { port, pid } = running.gateway;
  const title = `${name}, all requests by one user`;
  const tokens = () => [running.accounts[0]?.accessToken ?? ''];
  const wishes = { W1: GRAPHQL.W1, W2: GRAPHQL.W2 };
  return { key: title, name: title, port, pid, wishes, tokens, stop: async () => undefined };
}
