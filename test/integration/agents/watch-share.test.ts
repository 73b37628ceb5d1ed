import { expect, test } from 'vitest';
import { GET_LIST_RUN, linkedTask, RUN_LIST, RUN_TASK, until } from '../../support/ai-task-runs.ts';
import type { GraphQLAnswer } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { signUpSecondUser } from '../../support/second-user.ts';

const MAX = 3;
const CREATE = '/deployments/create';
const PROMPT = '/deployments/prompt';
const EVENTS = 'subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id) { type } }';
const LIST = 'subscription ($list: ID!) { task: aiTaskChanged(taskListId: $list) { id } }';
const DEPLOY = 'mutation ($taskId: ID!) { deployment: deployTask(taskId: $taskId) { id } }';

function boot(): Promise<Gateway> {
  return bootGateway({
    env: { MAX_WATCHES_PER_USER: String(MAX) },
    simulator: { pace: 'instant', script: { endless: true } },
  });
}

const codeOf = ({ errors }: GraphQLAnswer): unknown => errors?.[0]?.extensions.code;

async function failureCode(stream: { failure(): Promise<unknown> }): Promise<unknown> {
  return codeOf({ errors: (await stream.failure()) as NonNullable<GraphQLAnswer['errors']> });
}

test('the share of watches is used up: everything that would be watched is refused, until something has ended', async () => {
  await using gateway = await boot();
  const { simulator } = gateway;
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  const ended = await ada.deploy(taskId);
  simulator.control.endDeployment(ended);
  const isWatched = async (id: string) =>
    (
      await gateway.deps.store.db
        .selectFrom('deployments')
        .select('isWatched')
        .where('id', '=', id)
        .executeTakeFirst()
    )?.isWatched;
  await until(
    () => isWatched(ended),
    (watched) => watched === 0,
  );
  const running: string[] = [];
  for (let index = 0; index < MAX; index += 1) running.push(await ada.deploy(taskId));
  const elsewhere = simulator.control.deployTask(Number(taskId));
  const aiTaskId = linkedTask(simulator, { taskId, taskListId: 'list' });

  const refused = await ada.graphql(DEPLOY, { taskId });
  expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 60 });
  expect(codeOf(await ada.graphql(RUN_TASK, { id: aiTaskId }))).toBe('RATE_LIMITED');
  expect(codeOf(await ada.graphql(RUN_LIST, { id: 'list' }))).toBe('RATE_LIMITED');
  expect(await ada.ask(GET_LIST_RUN, { id: 'list' })).toEqual({ run: null });
  const prompt = (id: string) =>
    ada.graphql('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "Go on") { id } }', { id });
  expect(codeOf(await prompt(ended))).toBe('RATE_LIMITED');
  await using foreign = ada.subscribe(EVENTS, { id: elsewhere });
  expect(await failureCode(foreign)).toBe('RATE_LIMITED');
  await using list = ada.subscribe(LIST, { list: 'list' });
  expect(await failureCode(list)).toBe('RATE_LIMITED');
  expect([simulator.calls.count(CREATE), simulator.calls.count(PROMPT)]).toEqual([1 + MAX, 0]);

  // What is watched already goes on as before, and so does another user.
  expect(codeOf(await prompt(running[0] ?? ''))).toBeUndefined();
  await using own = ada.subscribe(EVENTS, { id: running[1] });
  await own.next();
  const bob = await signUpSecondUser(gateway);
  await bob.deploy(await bob.createTask());

  simulator.control.endDeployment(running[2] ?? '');
  await until(
    () => isWatched(running[2] ?? ''),
    (watched) => watched === 0,
  );
  await using followed = ada.subscribe(LIST, { list: 'list' });
  await followed.next();
});

test('deploys that come at once for the last places: no more are made than may be watched, and each that is made is', async () => {
  await using gateway = await boot();
  const ada = await gateway.signUpWithCredential();
  const tasks = await Promise.all(Array.from({ length: 8 }, (_, index) => ada.createTask(`Prompt ${index}`)));
  const answers = await Promise.all(tasks.map((taskId) => ada.graphql(DEPLOY, { taskId })));
  const made = gateway.simulator.control.state().deployments;
  expect(made.length).toBeLessThanOrEqual(MAX);
  expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(made.length);
  expect(answers.map(codeOf).filter((code) => code === 'RATE_LIMITED')).toHaveLength(8 - made.length);
  const rows = await gateway.deps.store.db
    .selectFrom('deployments')
    .select('id')
    .where('isWatched', '=', 1)
    .execute();
  expect(rows.map(({ id }) => id).sort()).toEqual(made.map(({ deploymentId }) => deploymentId).sort());
});
