import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  type Simulator,
  seededAccount,
  seededOrganization,
  startSimulator,
} from '../../../simulator/index.ts';
import { createRandom } from '../../../simulator/random.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';

/** Deploys to kill, each at a moment of its own: a few for every day, 200 by hand (`KILLS=200`). */
const KILLS = Number(process.env.KILLS ?? 8);
const SEED = Number(process.env.SEED ?? 1);
/** Deploys under way at each death of the process. */
const ABREAST = 5;

/** How long the upstream, having made a deployment, takes to say so. */
const ANSWER_MS = 60;
/** About as long as the first deploys of a process take; each is killed at a random moment of it. */
const DEPLOY_MS = 110;

const HOUR_MS = 3_600_000;
/** `UPSTREAM_TIMEOUT` where a call has to be over soon. */
const CALL_MS = 300;

const CREATE = '/deployments/create';
const DEPLOY = `mutation ($taskId: ID!, $key: String) {
  deployment: deployTask(taskId: $taskId, idempotencyKey: $key) { id }
}`;
const LOG = `query ($id: ID!) {
  log: deploymentEvents(deploymentId: $id) { nodes { type status previousStatus reason } }
}`;

/** What a door says: the deployment's id, or after how many seconds to ask again. */
type Answer = { id: string } | { retryAfter: number };
type Door = (client: GraphQLClient, taskId: string, key: string) => Promise<Answer>;

const rest: Door = async (client, taskId, key) => {
  const response = await client.request(`/v1/tasks/${taskId}/deployments`, {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: '{}',
  });
  const answer = await response.json();
  return response.status === 201 ? { id: answer.id } : unknownOutcome(answer);
};

const graphql: Door = async (client, taskId, key) => {
  const { data, errors } = await client.graphql<{ deployment: { id: string } }>(DEPLOY, { taskId, key });
  return data?.deployment ?? unknownOutcome(errors?.[0]?.extensions);
};

/** The only allowed error: the outcome is unknown, and a later request with the same key finds it. */
function unknownOutcome(refusal: { code?: string; retryAfter?: number } = {}): { retryAfter: number } {
  const { code, retryAfter = 0 } = refusal;
  expect({ code, retryAfter }).toEqual({ code: 'OUTCOME_UNKNOWN', retryAfter: expect.any(Number) });
  return { retryAfter };
}

/** Repeats a request with one key until it is answered, also after kills of the gateway. */
interface Caller {
  key: string;
  taskId: string;
  door: Door;
  otherDoor: Door;
  answer?: string;
  /** How many of its requests died with the gateway. */
  losses: number;
}

interface Event {
  type: string;
  status: string;
  previousStatus: string | null;
  reason: string | null;
}

function madeFor(simulator: Simulator, { taskId }: Caller): string[] {
  return simulator.control
    .state()
    .deployments.filter((one) => String(one.taskId) === taskId)
    .map(({ deploymentId }) => deploymentId);
}

test(`${KILLS} deploys killed at random are made once each, and found by their keys`, {
  timeout: 60_000 + 2_000 * KILLS,
}, async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ pace: 'fast' });
  await using _upstream = { [Symbol.asyncDispose]: simulator.close };
  simulator.control.setCapacity(seededOrganization.id, KILLS);
  simulator.faults.add({ kind: 'slow', delayMs: ANSWER_MS, match: { path: CREATE }, times: 'forever' });
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    UPSTREAM_TIMEOUT: '500ms',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
    POLL_INTERVAL: '250ms',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const callers: Caller[] = [];
  for (let index = 0; index < KILLS; index += 1) {
    const [door, otherDoor] = index % 2 === 0 ? [rest, graphql] : [graphql, rest];
    callers.push({ key: `key ${index}`, taskId: await ada.createTask(), door, otherDoor, losses: 0 });
  }

  const insist = async (caller: Caller): Promise<void> => {
    while (caller.answer === undefined) {
      await gateway.alive();
      try {
        const said = await caller.door(ada, caller.taskId, caller.key);
        if ('id' in said) caller.answer = said.id;
        else await pause(said.retryAfter * 1_000);
      } catch (error) {
        // What `fetch` says of a connection that broke.
        if (!(error instanceof TypeError)) throw error;
        caller.losses += 1;
      }
    }
  };

  const random = createRandom(SEED);
  const moments = { before: 0, between: 0, after: 0 };
  for (let first = 0; first < KILLS; first += ABREAST) {
    const wave = callers.slice(first, first + ABREAST);
    await gateway.alive();
    const asking = wave.map((caller) => pause(DEPLOY_MS * random.next()).then(() => insist(caller)));
    await pause(DEPLOY_MS);
    await gateway.kill();
    for (const caller of wave) {
      const isMade = madeFor(simulator, caller).length > 0;
      moments[caller.answer !== undefined ? 'after' : isMade ? 'between' : 'before'] += 1;
    }
    // The second asking may die too.
    await gateway.alive();
    await pause(DEPLOY_MS * random.next());
    await gateway.kill();
    await Promise.all(asking);
  }

  const counts = callers.map((caller) => madeFor(simulator, caller).length);
  console.log(
    `seed ${SEED}: ${KILLS} deploys killed: ${moments.before} before the upstream made them, ` +
      `${moments.between} before its answer was given, ${moments.after} after; ` +
      `${callers.filter(({ losses }) => losses > 1).length} killed twice; ` +
      `at most ${Math.max(...counts)} made for a key, ${counts.filter((count) => count > 1).length} doubles`,
  );
  for (const caller of callers) expect(madeFor(simulator, caller), caller.key).toEqual([caller.answer]);

  const logOf = async ({ answer }: Caller): Promise<Event[]> =>
    (await ada.ask<{ log: { nodes: Event[] } }>(LOG, { id: answer })).log.nodes;
  const stories: Event[][] = [];
  for (const caller of callers) {
    await expect
      .poll(async () => (await logOf(caller)).at(-1)?.status, { timeout: 20_000 })
      .toBe('COMPLETED');
    const story = await logOf(caller);
    expect(story.map(({ type }) => type)).toEqual(['CREATED', ...story.slice(1).map(() => 'STATUS_CHANGED')]);
    expect(story[0]).toMatchObject({ previousStatus: null, reason: null });
    expect(story.slice(1).map((event) => event.previousStatus)).toEqual(
      story.slice(0, -1).map((event) => event.status),
    );
    stories.push(story);
  }

  // Long after, through the other door: the same answer, and nothing new to tell.
  for (const { otherDoor, taskId, key, answer } of callers) {
    expect(await otherDoor(ada, taskId, key)).toEqual({ id: answer });
  }
  expect(await Promise.all(callers.map(logOf))).toEqual(stories);
});

test.each([
  ['behind', -HOUR_MS],
  ['ahead', HOUR_MS],
])('a new process finds what was made by an upstream clock an hour %s', async (_where, clockSkewMs) => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({
    clockSkewMs,
    script: { endless: true },
    behavior: { maxFutureSkewSeconds: 7_200 },
  });
  await using _upstream = { [Symbol.asyncDispose]: simulator.close };
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    UPSTREAM_TIMEOUT: `${CALL_MS}ms`,
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const taskId = await ada.createTask();
  // Another client's deployment, so old that only a wrong clock makes it a candidate.
  const older = simulator.control.deployTask(Number(taskId));
  simulator.clock.advance(HOUR_MS / 6);
  simulator.faults.add({ kind: 'slow', delayMs: 10_000, match: { path: CREATE } });

  const lost = ada.deploy(taskId, { key: 'k' }).catch((error: unknown) => error);
  await expect.poll(() => simulator.calls.count(CREATE)).toBe(1);
  await gateway.kill();
  await lost;
  // The call is long over when it is asked about.
  await pause(4 * CALL_MS);
  await gateway.alive();
  const id = await ada.deploy(taskId, { key: 'k' });

  const made = simulator.control.state().deployments.map(({ deploymentId }) => deploymentId);
  expect(made).toEqual([older, id]);
  expect(simulator.calls.count(CREATE)).toBe(1);
});
