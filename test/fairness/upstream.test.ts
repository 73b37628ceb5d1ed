import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededAccount } from '../../simulator/index.ts';
import type { GraphQLClient } from '../support/client.ts';
import { bootGateway, type Gateway } from '../support/gateway.ts';
import { inLoops, measureNeighbor, type NeighborFigures } from '../support/neighbor.ts';
import { otherAccount, signUpSecondUser } from '../support/second-user.ts';

const BURST = 100;
const RATE_PER_SECOND = 10;
const CONNECTIONS = 16;
/** Users and gateway share the processor of this process, so a neighbor waits for some of what the gateway does besides. */
const MEDIAN_BOUND = 25;

/** A gateway whose upstream is one slow answer away from trouble, and users of it. */
interface World {
  gateway: Gateway;
  /** Users that disturb. The first one has an account with eight labels. */
  busy: GraphQLClient[];
  labels: string[];
}

async function openWorld(env: Record<string, string>): Promise<World> {
  const gateway = await bootGateway({
    polls: false,
    env: {
      UPSTREAM_TIMEOUT: '2s',
      UPSTREAM_CONNECTIONS: String(CONNECTIONS),
      VERIFICATION_RATE: '100000/1m',
      LOG_LEVEL: 'error',
      ...env,
    },
  });
  const ada = await gateway.signUpWithCredential();
  const others = ['eve', 'mallory', 'trent', 'victor'].map((name) =>
    gateway.signUpWithCredential(`${name}@example.com`),
  );
  const labels = await Promise.all(Array.from({ length: 8 }, (_, n) => saveLabel(ada, `label ${n}`)));
  return { gateway, busy: [ada, ...(await Promise.all(others))], labels };
}

let limited: World;
/** The same with the limits out of the way: the controls. */
let unlimited: World;
beforeAll(async () => {
  limited = await openWorld({
    UPSTREAM_CONNECTIONS_PER_USER: String(CONNECTIONS / 2),
    UPSTREAM_RATE: String(RATE_PER_SECOND),
    UPSTREAM_BURST: String(BURST),
  });
  unlimited = await openWorld({
    UPSTREAM_CONNECTIONS_PER_USER: String(4 * CONNECTIONS),
    UPSTREAM_RATE: '10000',
    UPSTREAM_BURST: '10000',
  });
}, 60_000);
afterAll(async () => {
  await limited.gateway[Symbol.asyncDispose]();
  await unlimited.gateway[Symbol.asyncDispose]();
});

async function saveLabel(client: GraphQLClient, label: string): Promise<string> {
  const { userId, apiToken, organizations } = seededAccount;
  const body = { provider: 'QUANTCONNECT', label, userId, apiToken, organizationId: organizations[0]?.id };
  return (await client.post<{ id: string }>('/v1/credentials', body)).id;
}

let candidates = 0;

/**
 * Has a secret verified that nobody has: of a fresh account, or of one that is named.
 * @throws Error when the upstream refuses the secret
 */
async function tryCandidate(client: GraphQLClient, userId?: string): Promise<void> {
  candidates += 1;
  const account = { userId: userId ?? String(500_000 + candidates), apiToken: `candidate-${candidates}` };
  const { id } = await client.saveCredential({ ...account, organizations: seededAccount.organizations });
  // It was stored, because the upstream could not be asked.
  await client.request(`/v1/credentials/${id}`, { method: 'DELETE' });
}

let neighbors = 0;

/** Signs up a neighbor, whose budget nobody has used. @returns its read, which asks the upstream and must not fail */
async function neighborOf({ gateway }: World): Promise<() => Promise<unknown>> {
  neighbors += 1;
  const bob = await signUpSecondUser(gateway, `bob-${neighbors}@example.com`);
  return () => bob.ask('{ agents { id } }');
}

/** Calls that the upstream has received, of an account or at a path. */
function countCalls({ gateway }: World, isCounted: { userId?: string; path?: string }): number {
  const { userId, path } = isCounted;
  return gateway.simulator.calls
    .all()
    .filter((call) => (userId ?? call.userId) === call.userId && (path ?? call.path) === call.path).length;
}

function print(what: string, figures: Record<string, unknown>): void {
  console.info(what, JSON.stringify(figures));
}

/** The neighbor's reads while users have candidates verified in 120 loops, at an upstream that answers after 600 ms. */
async function besideSlowCandidates(
  world: World,
  users: readonly GraphQLClient[],
  requests = 20,
): Promise<NeighborFigures> {
  const { simulator } = world.gateway;
  return measureNeighbor({
    rounds: 1,
    requests,
    act: await neighborOf(world),
    async disturb() {
      simulator.faults.add({
        kind: 'slow',
        delayMs: 600,
        match: { path: '/authenticate' },
        times: 'forever',
      });
      const before = countCalls(world, { path: '/authenticate' });
      let next = 0;
      const loops = inLoops(120, () => {
        next += 1;
        return tryCandidate(users[next % users.length] as GraphQLClient);
      });
      // The first have been answered, so all that may call do.
      await expect
        .poll(() => countCalls(world, { path: '/authenticate' }) - before, { timeout: 20_000 })
        .toBeGreaterThanOrEqual(3);
      return {
        async [Symbol.asyncDispose]() {
          simulator.faults.clear();
          await loops[Symbol.asyncDispose]();
        },
      };
    },
  });
}

test('reads of a neighbor beside 120 loops of candidates at a slow upstream: as fast as alone', {
  timeout: 120_000,
}, async () => {
  const one = await besideSlowCandidates(limited, limited.busy.slice(0, 1));
  const five = await besideSlowCandidates(limited, limited.busy);
  const unshared = await besideSlowCandidates(unlimited, unlimited.busy.slice(0, 1), 6);
  print('candidates at a slow upstream', { one, five, unshared });
  expect(one.medianRatio).toBeLessThan(MEDIAN_BOUND);
  expect(five.medianRatio).toBeLessThan(MEDIAN_BOUND);
  // The control: with all connections for one user, the neighbor waits for them.
  expect(unshared.beside.medianMs).toBeGreaterThan(2 * one.beside.medianMs);
  expect(unshared.beside.medianMs).toBeGreaterThan(2 * five.beside.medianMs);
});

/** The code with which a read of this user is refused, although the upstream would answer it. */
async function codeOfRead(user: GraphQLClient): Promise<string | undefined> {
  return (await user.graphql('{ agents { id } }')).errors?.[0]?.extensions.code;
}

/** Users let the upstream answer their candidates with 503, in nine loops, until all of them are refused. */
async function provoke503(
  { gateway: { simulator } }: World,
  users: readonly GraphQLClient[],
): Promise<AsyncDisposable> {
  simulator.faults.add({ kind: 'status503', match: { path: '/authenticate' }, times: 'forever' });
  const tryOne = (user: GraphQLClient) => tryCandidate(user).catch(() => undefined);
  await Promise.all(users.flatMap((user) => Array.from({ length: 4 }, () => tryOne(user))));
  let next = 0;
  const loops = inLoops(9, async () => {
    next += 1;
    await tryOne(users[next % users.length] as GraphQLClient);
    await sleep(400);
  });
  for (const user of users)
    await expect.poll(() => codeOfRead(user), { timeout: 20_000 }).toBe('UPSTREAM_UNAVAILABLE');
  return {
    async [Symbol.asyncDispose]() {
      simulator.faults.clear();
      await loops[Symbol.asyncDispose]();
    },
  };
}

test('reads of a neighbor beside 503s to fresh candidates of one user, and of three: none fails', {
  timeout: 120_000,
}, async () => {
  const measure = async (users: readonly GraphQLClient[]) =>
    measureNeighbor({
      rounds: 1,
      requests: 20,
      act: await neighborOf(limited),
      // The control: what these users ask for is refused before anything is measured.
      disturb: () => provoke503(limited, users),
    });
  const one = await measure(limited.busy.slice(4));
  const three = await measure(limited.busy.slice(1, 4));
  print('503s to fresh candidates', { one, three });
  expect(one.medianRatio).toBeLessThan(MEDIAN_BOUND);
  expect(three.medianRatio).toBeLessThan(MEDIAN_BOUND);
});

test('reads of a neighbor beside eight labels of one account, which have one budget', {
  timeout: 120_000,
}, async () => {
  const measure = async (world: World) => {
    const [ada] = world.busy;
    const ownCalls = () => countCalls(world, { userId: seededAccount.userId });
    const before = ownCalls();
    const startedAtMs = performance.now();
    const query = 'query ($id: ID) { agents(credentialId: $id) { id } }';
    let next = 0;
    const figures = await measureNeighbor({
      rounds: 1,
      requests: 30,
      act: await neighborOf(world),
      disturb: () =>
        inLoops(24, async () => {
          next += 1;
          await ada?.graphql(query, { id: world.labels[next % world.labels.length] });
        }),
    });
    const seconds = (performance.now() - startedAtMs) / 1_000;
    return { ...figures, sent: ownCalls() - before, seconds };
  };
  const one = await measure(limited);
  const eight = await measure(unlimited);
  print('eight labels of one account', { one, eight });
  expect(one.medianRatio).toBeLessThan(MEDIAN_BOUND);
  expect(one.sent).toBeLessThanOrEqual(BURST + RATE_PER_SECOND * one.seconds);
  // The control: without a budget more are sent.
  expect(eight.sent).toBeGreaterThan(BURST + RATE_PER_SECOND * eight.seconds);
});

test('reads of a neighbor beside 40 loops that guess secrets of one account: ten calls are made in its name', {
  timeout: 120_000,
}, async () => {
  const measure = async (world: World) => {
    const guessed = { userId: otherAccount.userId, path: '/authenticate' };
    const act = await neighborOf(world);
    const before = countCalls(world, guessed);
    const figures = await measureNeighbor({
      rounds: 1,
      requests: 30,
      act,
      // 160 a second, if none of them waits.
      disturb: () =>
        inLoops(40, async () => {
          await tryCandidate(world.busy[1] as GraphQLClient, guessed.userId).catch(() => undefined);
          await sleep(250);
        }),
    });
    return { ...figures, sent: countCalls(world, guessed) - before };
  };
  const counted = await openWorld({ VERIFICATION_RATE: '10/1m' });
  await using _gateway = counted.gateway;
  const ten = await measure(counted);
  const all = await measure(unlimited);
  print('guesses of one account', { ten, all });
  expect(ten.medianRatio).toBeLessThan(MEDIAN_BOUND);
  expect(ten.sent).toBeLessThanOrEqual(10);
  // The control: without the limit they are all relayed.
  expect(all.sent).toBeGreaterThan(20);
});
