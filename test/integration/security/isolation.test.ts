import { readFile } from 'node:fs/promises';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { credentialsOf } from '../../support/credentials.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';
import {
  type Ids,
  idFilters,
  idOperations,
  idSubscriptions,
  storeOperations,
} from '../../support/id-operations.ts';
import { signUpSecondUserOfBoth } from '../../support/second-user.ts';

const operations = { ...idOperations, ...storeOperations };

/** Everything a user can own: a stored credential, an agent, a task, a running deployment with its events, an AI task. */
async function propertyOf(user: GraphQLClient): Promise<Ids> {
  const taskId = await user.createTask('secret of its owner');
  const { task, viewer } = await user.ask<{
    task: { agentId: string };
    viewer: { credentials: { id: string }[] };
  }>('query ($id: ID!) { task(id: $id) { agentId } viewer { credentials { id } } }', { id: taskId });
  const deploymentId = await user.deploy(taskId);
  const { aiTask } = await user.ask<{ aiTask: { id: string } }>(
    'mutation { aiTask: createAiTask(input: { title: "secret of its owner", taskListId: "release-42" }) { id } }',
  );
  const storedCredentialId = viewer.credentials[0]?.id ?? '';
  const { budget } = await user.ask<{ budget: { id: string } }>(
    'mutation { budget: setBudget(input: { period: MONTH, maxTokens: 1000000000, onReached: WARN }) { id } }',
  );
  const ids = { taskId, agentId: task.agentId, deploymentId, aiTaskId: aiTask.id, storedCredentialId };
  return { ...ids, budgetId: budget.id };
}

/** The ids that are tried: another user's, then unknown ones. */
const UNKNOWN: Ids = {
  agentId: '999999',
  taskId: '999999',
  deploymentId: `A-${'0'.repeat(32)}`,
  aiTaskId: '00000000-0000-4000-8000-000000000000',
  storedCredentialId: '00000000-0000-4000-8000-000000000000',
  budgetId: '00000000-0000-4000-8000-000000000000',
};

async function codeOfPush(user: GraphQLClient, document: string, ids: object): Promise<unknown> {
  await using stream = user.subscribe(document, { ...ids });
  const [error] = (await stream.failure()) as { extensions: { code: string } }[];
  return error?.extensions.code;
}

function bootEndless(): Promise<Gateway> {
  return bootGateway({ simulator: { script: { endless: true } } });
}

test('the matrix covers every operation of the schema that takes an id', async () => {
  const schema = buildSchema(await readFile(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
  const taking = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (root) =>
      Object.values(root?.getFields() ?? {})
        .filter(({ args }) => args.some(({ name }) => ['id', 'taskId', 'deploymentId'].includes(name)))
        .map(({ name }) => `${root?.name}.${name}`),
  );
  const known = Object.keys({ ...operations, ...idFilters, ...idSubscriptions }).map(
    (title) => title.split(' ')[0],
  );

  expect(new Set(known)).toEqual(new Set(taking));
});

test("another user's things are not found by any operation, like those that never were", async () => {
  await using gateway = await bootEndless();
  const ada = await gateway.signUpWithCredentials();
  const bob = await signUpSecondUserOfBoth(gateway);
  const hers = await propertyOf(ada);
  const before = gateway.simulator.control.state();
  const aiTasks = gateway.simulator.quantcdn.state().tasks;

  for (const [title, document] of Object.entries(operations)) {
    const foreign = await refusalOf(bob, document, { ...hers });
    const unknown = await refusalOf(bob, document, { ...UNKNOWN });
    expect([foreign.extensions.code, foreign.message], title).toEqual(['NOT_FOUND', unknown.message]);
    expect(Object.keys(foreign.extensions), title).toEqual(Object.keys(unknown.extensions));
  }

  const { nowMs: _then, ...untouched } = before;
  expect(gateway.simulator.control.state()).toMatchObject({
    agents: untouched.agents,
    tasks: untouched.tasks,
  });
  expect(gateway.simulator.control.state().deployments).toHaveLength(1);
  expect(gateway.simulator.quantcdn.state().tasks).toEqual(aiTasks);
  expect((await credentialsOf(ada)).map(({ provider, label }) => [provider, label])).toEqual([
    ['QUANTCONNECT', null],
    ['QUANTCDN', null],
  ]);
});

test("another user's QuantCDN credential is not found, for either upstream", async () => {
  await using gateway = await bootEndless();
  const ada = await gateway.signUpWithCredentials();
  const bob = await signUpSecondUserOfBoth(gateway);
  const stored = await credentialsOf(ada);
  const storedCredentialId = stored.find(({ provider }) => provider === 'QUANTCDN')?.id;
  const his = await propertyOf(bob);

  const onCredentials = Object.entries(storeOperations).filter(([title]) => /Credential/.test(title));
  expect(onCredentials).toHaveLength(3);
  for (const [title, document] of onCredentials) {
    const refusal = await refusalOf(bob, document, { storedCredentialId });
    expect(refusal.extensions.code, title).toBe('NOT_FOUND');
  }
  for (const [title, document] of Object.entries(idOperations)) {
    const refusal = await refusalOf(bob, document, { ...his, with: storedCredentialId });
    expect(refusal.extensions.code, title).toBe('NOT_FOUND');
  }
  expect(await credentialsOf(ada)).toEqual(stored);
});

test("another user's deployments cannot be followed", async () => {
  await using gateway = await bootEndless();
  const ada = await gateway.signUpWithCredentials();
  const bob = await signUpSecondUserOfBoth(gateway);
  const hers = await propertyOf(ada);

  for (const [title, document] of Object.entries(idSubscriptions)) {
    expect(await codeOfPush(bob, document, hers), title).toBe('NOT_FOUND');
    expect(await codeOfPush(bob, document, UNKNOWN), title).toBe('NOT_FOUND');
  }
});

test("another user's credential cannot be used", async () => {
  await using gateway = await bootEndless();
  const ada = await gateway.signUpWithCredentials();
  const bob = await signUpSecondUserOfBoth(gateway);
  const [hers, his] = [await propertyOf(ada), await propertyOf(bob)];
  const lists = {
    'Query.agents': 'query ($with: ID) { agents(credentialId: $with) { id } }',
    'Query.tasks': 'query ($with: ID) { tasks(credentialId: $with) { id } }',
    'Mutation.createAgent':
      'mutation ($with: ID) { createAgent(input: { name: "x" }, credentialId: $with) { id } }',
    'Mutation.createTask':
      'mutation ($agentId: ID!, $with: ID) { createTask(input: { agentId: $agentId, name: "x", prompt: "x" }, credentialId: $with) { id } }',
  };

  for (const ids of [hers, his]) {
    const variables = { ...ids, with: hers.storedCredentialId };
    for (const [title, document] of Object.entries({ ...lists, ...idOperations })) {
      expect((await refusalOf(bob, document, variables)).extensions.code, title).toBe('NOT_FOUND');
    }
    for (const [title, document] of Object.entries(idSubscriptions)) {
      expect(await codeOfPush(bob, document, variables), title).toBe('NOT_FOUND');
    }
  }
});

test("lists, logs and cursors hold the user's own data only", async () => {
  await using gateway = await bootEndless();
  const ada = await gateway.signUpWithCredentials();
  const bob = await signUpSecondUserOfBoth(gateway);
  const hers = await propertyOf(ada);
  const { log } = await ada.ask<{ log: { pageInfo: { endCursor: string } } }>(
    '{ log: deploymentEvents { nodes { id } pageInfo { endCursor } } }',
  );

  expect(await bob.ask('{ agents { id } tasks { id } deploymentEvents { nodes { id } } }')).toEqual({
    agents: [],
    tasks: [],
    deploymentEvents: { nodes: [] },
  });
  for (const [title, document] of Object.entries(idFilters)) {
    expect(JSON.stringify(await ada.ask(document, { ...hers })), title).toContain(hers.deploymentId);
    expect(await bob.ask(document, { ...hers }), title).toEqual(await bob.ask(document, { ...UNKNOWN }));
  }
  const after = 'query ($after: ID) { deploymentEvents(after: $after) { nodes { id } } }';
  expect(await bob.ask(after, { after: log.pageInfo.endCursor })).toEqual({
    deploymentEvents: { nodes: [] },
  });
});

test("another user's AI task list reads as empty, in the same organisation too", async () => {
  await using gateway = await bootEndless();
  const ada = await gateway.signUpWithCredentials();
  const bob = await signUpSecondUserOfBoth(gateway);
  const carol = await gateway.signUpWithCredentials('carol@example.com');
  const { aiTaskId, taskId } = await propertyOf(ada);
  const changes = 'subscription { task: aiTaskChanged(taskListId: "release-42", after: "0") { id cursor } }';
  await using hers = ada.subscribe<{ task: { id: string } }>(changes);
  await using his = bob.subscribe<{ task: { id: string } }>(changes);
  expect((await hers.next()).task.id).toBe(aiTaskId);
  const made = await propertyOf(bob);
  expect((await his.next()).task.id).toBe(made.aiTaskId);
  await ada.ask('mutation ($id: ID!, $taskId: ID) { linkAiTask(aiTaskId: $id, taskId: $taskId) { id } }', {
    id: aiTaskId,
    taskId,
  });
  await ada.ask('mutation { runAiTaskList(taskListId: "release-42") { id } }');

  expect(await bob.ask('{ aiTasks(filter: { taskListId: "release-42" }) { id } }')).toEqual({
    aiTasks: [{ id: made.aiTaskId }],
  });
  for (const other of [bob, carol]) {
    expect(await other.ask('{ aiTaskListRun(taskListId: "release-42") { id } }')).toEqual({
      aiTaskListRun: null,
    });
    const run = 'subscription { aiTaskListRunChanged(taskListId: "release-42") { id } }';
    expect(await codeOfPush(other, run, {})).toBe('NOT_FOUND');
  }
  // One organisation, and each with a log of their own.
  const page = await carol.request('/v1/ai-task-lists/release-42/events');
  expect(await page.json()).toMatchObject({ events: [] });
  expect(his.pending()).toEqual([]);
});

test('without a credential every operation that needs one is CREDENTIAL_MISSING', async () => {
  await using gateway = await bootEndless();
  const eve = await gateway.signUp('eve@example.com');

  for (const [title, document] of Object.entries(idOperations)) {
    expect((await refusalOf(eve, document, { ...UNKNOWN })).extensions.code, title).toBe(
      'CREDENTIAL_MISSING',
    );
  }
  for (const [title, document] of Object.entries(idSubscriptions)) {
    expect(await codeOfPush(eve, document, UNKNOWN), title).toBe('CREDENTIAL_MISSING');
  }
  for (const list of ['{ agents { id } }', '{ tasks { id } }']) {
    expect((await refusalOf(eve, list)).extensions.code).toBe('CREDENTIAL_MISSING');
  }
});
