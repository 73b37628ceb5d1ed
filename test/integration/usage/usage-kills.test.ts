import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededAccount, seededOrganization, startSimulator } from '../../../simulator/index.ts';
import { createRandom } from '../../../simulator/random.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';
import { addUp, usageOf } from '../../support/usage.ts';

/** Each costs a start of the gateway. Fewer where starts are slow (`KILLS=10`), more by hand. */
const KILLS = Number(process.env.KILLS ?? 50);
const SEED = Number(process.env.SEED ?? 1);

/** Gateways that are killed beside each other, each with its own store and upstream: one start alone keeps one processor busy. */
const ABREAST = 4;

/** How long a run takes upstream. */
const PACE = { queueMs: 0, stepMs: 50, steps: 4, stopMs: 0 };

/** So long a process lives with its request, at most: it dies before, during or shortly after the run. */
const LIFE_MS = 350;

/** What the simulator counts for a run of so many steps, at least. */
const LEAST_INPUT_TOKENS = 18_000;

const DEPLOY = `mutation ($taskId: ID!, $key: String!) {
  deployment: deployTask(taskId: $taskId, idempotencyKey: $key) { id }
}`;
const PROMPT = `mutation ($id: ID!, $key: String!) {
  deployment: promptDeployment(id: $id, prompt: "again", idempotencyKey: $key) { id }
}`;

/** What was used, once the ledger has it. */
interface Used {
  deployments: number;
  tokens: number;
}

/** Kills one gateway again and again while its user deploys and prompts, then compares its ledger with the upstream. */
async function killOften(kills: number, seed: number): Promise<Used> {
  const random = createRandom(seed);
  const simulator = await startSimulator({ pace: PACE });
  await using _upstream = { [Symbol.asyncDispose]: simulator.close };
  simulator.control.setCapacity(seededOrganization.id, 2 * kills);
  await using folder = await temporaryFolder();
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    POLL_INTERVAL: '50ms',
    POLL_INTERVAL_MAX: '200ms',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
    // A request that died unsent is sent again after three times this.
    UPSTREAM_TIMEOUT: '1s',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const taskId = await ada.createTask();

  const requests: { query: string; variables: Record<string, unknown> }[] = [];
  const ids: string[] = [];
  /** @returns whether it was answered */
  const send = async (round: number): Promise<boolean> => {
    const { query, variables } = requests[round] ?? { query: '', variables: {} };
    const answer = await ada.graphql<{ deployment: { id: string } }>(query, variables).catch(() => undefined);
    const id = answer?.data?.deployment.id;
    if (id !== undefined && !ids.includes(id)) ids.push(id);
    return answer?.data != null;
  };
  for (let round = 0; round < kills; round += 1) {
    await gateway.alive();
    const key = `round ${round}`;
    // Those that it revives may have ended, and been counted, long before.
    const id = round % 3 === 2 ? ids[Math.floor(random.next() * ids.length)] : undefined;
    requests[round] =
      id === undefined
        ? { query: DEPLOY, variables: { taskId, key } }
        : { query: PROMPT, variables: { id, key } };
    const sent = send(round);
    // Every second time it dies with the answer given, else at any moment of the request.
    if (round % 2 === 0) await sent;
    await pause(random.next() * LIFE_MS);
    await gateway.kill();
    await sent;
  }
  await gateway.alive();
  await ada.signIn('ada@example.com');
  // Answers that were lost with their process are asked for again.
  const isAnswered = (round: number) =>
    expect.poll(() => send(round), { timeout: 60_000, interval: 250 }).toBe(true);
  await Promise.all([...requests.keys()].map(isAnswered));

  const used = () => simulator.control.state().deployments;
  /** Those that run, or of which the ledger has something else. */
  const differing = async () => {
    const counted = new Map((await usageOf(ada, 'DEPLOYMENT')).map((sum) => [sum.key, sum]));
    return used().filter(({ deploymentId, endedMs, inputTokens, outputTokens }) => {
      const sum = counted.get(deploymentId);
      return endedMs === null || sum?.inputTokens !== inputTokens || sum.outputTokens !== outputTokens;
    });
  };
  await expect.poll(differing, { timeout: 60_000 }).toEqual([]);
  const deploys = requests.filter(({ query }) => query === DEPLOY).length;
  expect(used()).toHaveLength(deploys);
  expect(Math.min(...used().map(({ inputTokens }) => inputTokens))).toBeGreaterThanOrEqual(
    LEAST_INPUT_TOKENS,
  );
  const sum = (name: 'inputTokens' | 'outputTokens'): number =>
    used().reduce((total, one) => total + one[name], 0);
  const all = { inputTokens: sum('inputTokens'), outputTokens: sum('outputTokens') };
  expect(addUp(await usageOf(ada, 'DAY'))).toMatchObject(all);
  return { deployments: deploys, tokens: all.inputTokens + all.outputTokens };
}

test(`usage equals the simulator's totals after ${KILLS} kills of the gateway`, {
  timeout: 600_000,
}, async () => {
  const shares = Array.from({ length: ABREAST }, (_, index) => Math.floor((KILLS + index) / ABREAST));
  const used = await Promise.all(shares.map((kills, index) => killOften(kills, SEED * 1_000 + index)));
  const sum = (name: keyof Used): number => used.reduce((total, one) => total + one[name], 0);
  console.info(
    `usage after ${KILLS} kills: ${sum('deployments')} deployments, ${sum('tokens')} tokens, ` +
      'as many counted as used',
  );
});
