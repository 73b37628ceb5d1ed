import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { GraphQLClient } from '../support/client.ts';
import { bootGateway, type Gateway } from '../support/gateway.ts';
import { measureNeighbor } from '../support/neighbor.ts';
import { signUpSecondUserOfBoth } from '../support/second-user.ts';

const LISTS = 95;
const EVENTS = `subscription ($id: ID!) {
  event: deploymentEvents(deploymentId: $id) { type status }
}`;

let gateway: Gateway;
let ada: GraphQLClient;
let bob: GraphQLClient;
let taskOf: Map<GraphQLClient, string>;

/** Ada's budget lets a fifteenth of what her lists are due for through. */
beforeAll(async () => {
  gateway = await bootGateway({
    env: {
      POLL_INTERVAL: '300ms',
      POLL_INTERVAL_MAX: '300ms',
      UPSTREAM_RATE: '20',
      UPSTREAM_BURST: '100',
    },
    simulator: { pace: 'instant', script: { endless: true } },
  });
  ada = await gateway.signUpWithCredentials();
  bob = await signUpSecondUserOfBoth(gateway);
  taskOf = new Map([
    [ada, await ada.createTask()],
    [bob, await bob.createTask()],
  ]);
  for (let index = 0; index < LISTS; index += 1) {
    gateway.simulator.quantcdn.createTask('acme', { title: 'a task', taskListId: `list-${index}` });
  }
}, 300_000);
afterAll(() => gateway[Symbol.asyncDispose]());

/** Ada follows 95 lists, over one socket; resolves when all of them have begun. */
async function followLists(): Promise<AsyncDisposable> {
  const socket = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${ada.tokens.accessToken}` },
  });
  const begun = Array.from({ length: LISTS }, (_, index) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.subscribe(
      {
        query: 'subscription ($list: ID!) { task: aiTaskChanged(taskListId: $list) { id } }',
        variables: { list: `list-${index}` },
      },
      { next: () => resolve(), error: reject, complete: () => undefined },
    );
    return promise;
  });
  await Promise.all(begun);
  return {
    async [Symbol.asyncDispose]() {
      await socket.dispose();
      // Else the lists would be polled for five minutes more, for followers that come back.
      await gateway.deps.store.db.deleteFrom('watches').where('kind', '=', 'AI_TASK_LIST').execute();
    },
  };
}

/** A deployment that ends upstream, until its subscriber sees the end. */
async function seeEnd(user: GraphQLClient): Promise<void> {
  const id = await user.deploy(taskOf.get(user) ?? '');
  await using events = user.subscribe<{ event: { status: string } }>(EVENTS, { id });
  await events.until(({ event }) => event.status === 'RUNNING', 120_000);
  gateway.simulator.control.endDeployment(id);
  await events.until(({ event }) => event.status === 'COMPLETED', 120_000);
}

/** A deployment with a guard of one second, until the guard has tripped. */
async function seeGuardTrip(user: GraphQLClient): Promise<void> {
  const id = await user.deploy(taskOf.get(user) ?? '', { guard: { maxDurationSeconds: 1 } });
  await using events = user.subscribe<{ event: { type: string } }>(EVENTS, { id });
  await events.until(({ event }) => event.type === 'GUARD_TRIPPED', 120_000);
}

test.each([
  { what: "a neighbor's deployment runs and ends", owner: () => bob, act: seeEnd },
  { what: "a neighbor's guard trips", owner: () => bob, act: seeGuardTrip },
  { what: "the same user's guard trips", owner: () => ada, act: seeGuardTrip },
])(
  'one user follows 95 lists: $what is seen as soon as without',
  async ({ what, owner, act }) => {
    const figures = await measureNeighbor({
      act: () => act(owner()),
      disturb: followLists,
      rounds: 2,
      requests: 4,
    });
    console.info(what, figures);
    expect(figures.medianRatio).toBeLessThan(2.5);
    expect(figures.p99Ratio).toBeLessThan(3.5);
  },
  300_000,
);
