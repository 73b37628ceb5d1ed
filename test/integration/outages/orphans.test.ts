import { expect, test } from 'vitest';
import { bootGateway, type Gateway } from '../../support/gateway.ts';

const DEPLOY = `mutation ($taskId: ID!, $key: String, $guard: DeploymentGuardInput) {
  deployment: deployTask(taskId: $taskId, idempotencyKey: $key, guard: $guard) { id }
}`;
const CREATE = '/deployments/create';
const LIST = '/deployments/list';
const EVENTS = `{ log: deploymentEvents(first: 500) { nodes { deploymentId type reason } } }`;

interface Log {
  log: { nodes: { deploymentId: string; type: string; reason: string | null }[] };
}

type User = Awaited<ReturnType<Gateway['signUpWithCredential']>>;

/** The upstream creates the next deployments, but neither says so nor can be asked for a while. */
function loseAnswers({ simulator }: Gateway, answers: number): void {
  simulator.faults.add({ kind: 'lostReply', match: { path: CREATE }, times: answers });
  // Each lost answer is looked up twice.
  simulator.faults.add({ kind: 'html', match: { path: LIST }, times: 2 * answers, perform: false });
}

async function createdIn(user: User): Promise<string[]> {
  const { log } = await user.ask<Log>(EVENTS);
  return log.nodes.filter(({ type }) => type === 'CREATED').map(({ deploymentId }) => deploymentId);
}

function upstreamIds({ simulator }: Gateway): string[] {
  return simulator.control.state().deployments.map(({ deploymentId }) => deploymentId);
}

async function deployAndLeave(user: User, taskId: string, more: object = {}): Promise<void> {
  const { errors } = await user.graphql(DEPLOY, { taskId, ...more });
  expect(errors?.[0]?.extensions.code).toBe('OUTCOME_UNKNOWN');
}

test('a lost deploy that is never repeated is found, watched and guarded', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true, stepMs: 50 } } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  loseAnswers(gateway, 1);
  await deployAndLeave(ada, taskId, { guard: { maxDurationSeconds: 1 } });

  await expect.poll(() => createdIn(ada), { timeout: 25_000 }).toEqual(upstreamIds(gateway));
  const hasTripped = async () =>
    (await ada.ask<Log>(EVENTS)).log.nodes.some(({ type }) => type === 'GUARD_TRIPPED');
  await expect.poll(hasTripped, { timeout: 15_000 }).toBe(true);
});

test('two lost deploys of one task each get their own deployment', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  loseAnswers(gateway, 2);
  await deployAndLeave(ada, taskId, { key: 'a' });
  await deployAndLeave(ada, taskId, { key: 'b' });

  await expect.poll(async () => (await createdIn(ada)).length, { timeout: 25_000 }).toBe(2);
  const answers: string[] = [];
  for (const key of ['a', 'b']) {
    answers.push((await ada.ask<{ deployment: { id: string } }>(DEPLOY, { taskId, key })).deployment.id);
  }
  expect(new Set(answers)).toEqual(new Set(upstreamIds(gateway)));
  expect(gateway.simulator.calls.count(CREATE)).toBe(2);
});

test("two users of one upstream account never get each other's deployment", async () => {
  await using gateway = await bootGateway({ polls: false, env: { UPSTREAM_TIMEOUT: '1s' } });
  const ada = await gateway.signUpWithCredential();
  const bea = await gateway.signUpWithCredential('bea@example.com');
  const taskId = await ada.createTask();
  const other = await bea.ask<{ deployment: { id: string } }>(DEPLOY, { taskId });
  gateway.simulator.faults.add({ kind: 'reset', match: { path: CREATE } });

  await deployAndLeave(ada, taskId, { key: 'k', guard: { maxTokens: 1 } });

  expect(await createdIn(ada)).toEqual([]);
  expect(upstreamIds(gateway)).toEqual([other.deployment.id]);
});
