import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

interface ThreadPush {
  message: { index: number; role: string; parts: { text?: string }[] };
}

const THREAD = `subscription ($id: ID!, $callableId: ID!) {
  message: conversationMessages(deploymentId: $id, callableId: $callableId, untilTerminal: true) {
    index role parts { ... on TextPart { text } }
  }
}`;
const AGENTS = `query ($id: ID!) {
  deployment(id: $id) { conversation { agents { id name callableId } } }
}`;
const READ = `query ($id: ID!, $callableId: ID!) {
  deployment(id: $id) { conversation(callableId: $callableId) { messages { index role parts { ... on TextPart { text } } } } }
}`;
const READS = '/conversation/read';

/** A deployment of an agent that calls another one. */
async function deployWithSubAgent(ada: GraphQLClient): Promise<string> {
  const agent = async (input: object) => {
    const { created } = await ada.ask<{ created: { id: string } }>(
      'mutation ($input: CreateAgentInput!) { created: createAgent(input: $input) { id } }',
      { input },
    );
    return created.id;
  };
  const helper = await agent({ name: 'Helper' });
  const agentId = await agent({ name: 'Lead', subAgents: [{ agentId: helper }] });
  const { task } = await ada.ask<{ task: { id: string } }>(
    'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }',
    { input: { agentId, name: 'a task', prompt: 'Buy' } },
  );
  return ada.deploy(task.id);
}

async function threadOf(ada: GraphQLClient, id: string): Promise<string> {
  const read = async () => {
    const { deployment } = await ada.ask<{
      deployment: { conversation: { agents: { name: string; callableId: string | null }[] } };
    }>(AGENTS, { id });
    return deployment.conversation.agents.find(({ name }) => name === 'Helper')?.callableId;
  };
  await expect.poll(read, { timeout: 10_000 }).toEqual(expect.any(String));
  return String(await read());
}

test('the messages of a sub-agent are pushed to all who follow its thread, and end as they can be read', async () => {
  await using gateway = await bootGateway({ simulator: { script: { steps: 8, stepMs: 150 } } });
  const ada = await gateway.signUpWithCredential();
  const id = await deployWithSubAgent(ada);
  const callableId = await threadOf(ada, id);
  await using one = ada.subscribe<ThreadPush>(THREAD, { id, callableId });
  await using other = ada.subscribe<ThreadPush>(THREAD, { id, callableId });

  const [pushes, others] = await Promise.all([one.rest(), other.rest()]);

  const { deployment } = await ada.ask<{ deployment: { conversation: { messages: unknown[] } } }>(READ, {
    id,
    callableId,
  });
  const { messages } = deployment.conversation;
  expect(messages.length).toBeGreaterThan(1);
  for (const received of [pushes, others]) {
    const last = new Map(received.map(({ message }) => [message.index, message]));
    expect([...last.values()].toSorted((a, b) => a.index - b.index)).toEqual(messages);
  }
});

test('a thread that was followed is in the transcript to its end after the upstream has forgotten it', async () => {
  await using gateway = await bootGateway({ simulator: { script: { steps: 8, stepMs: 150 } } });
  const ada = await gateway.signUpWithCredential();
  const id = await deployWithSubAgent(ada);
  const callableId = await threadOf(ada, id);
  await using thread = ada.subscribe<ThreadPush>(THREAD, { id, callableId });
  const pushes = await thread.rest();
  const match = { path: '/agents/deployments/conversation/read' };
  gateway.simulator.faults.add({ kind: 'refusal', message: 'Not found.', match, times: 'forever' });

  const reads = gateway.simulator.calls.count(READS);
  const transcript = await ada.request(`/v1/deployments/${id}/transcript`);
  const body = (await transcript.json()) as { threads: { callableId: string; messages: unknown[] }[] };

  const last = new Map(pushes.map(({ message }) => [message.index, message]));
  const messages = [...last.values()].toSorted((a, b) => a.index - b.index);
  expect(messages.length).toBeGreaterThan(1);
  expect(body.threads).toMatchObject([
    { callableId, messages: messages.map(({ index, role, parts }) => ({ index, role, parts })) },
  ]);
  expect(gateway.simulator.calls.count(READS)).toBe(reads);
});

test('a thread that ended before it was followed is read once, sent and kept', async () => {
  await using gateway = await bootGateway({ simulator: { script: { steps: 4, stepMs: 5 } } });
  const ada = await gateway.signUpWithCredential();
  const id = await deployWithSubAgent(ada);
  await using events = ada.subscribe(
    'subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id, after: "0", untilTerminal: true) { type } }',
    { id },
  );
  await events.rest();
  const callableId = await threadOf(ada, id);
  await using thread = ada.subscribe<ThreadPush>(THREAD, { id, callableId });
  const [first] = await thread.rest();
  expect(first?.message).toMatchObject({ index: 0, role: 'user' });
  const transcript = await ada.request(`/v1/deployments/${id}/transcript`);
  expect(await transcript.json()).toMatchObject({ threads: [{ callableId, messages: [{ index: 0 }, {}] }] });

  const reads = gateway.simulator.calls.count(READS);
  await using again = ada.subscribe<ThreadPush>(THREAD, { id, callableId });
  await again.rest();
  expect(gateway.simulator.calls.count(READS)).toBe(reads);
});

test('a thread that does not exist is NOT_FOUND, and one of another user needs a credential that can read it', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true, queueMs: 0 } } });
  const ada = await gateway.signUpWithCredential();
  const id = await deployWithSubAgent(ada);
  const callableId = await threadOf(ada, id);
  await using missing = ada.subscribe(THREAD, { id, callableId: 'C-0' });
  await expect(missing.next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);

  const bob = await gateway.signUp('bob@example.com');
  await using foreign = bob.subscribe(THREAD, { id, callableId });
  await expect(foreign.next()).rejects.toMatchObject([{ extensions: { code: 'CREDENTIAL_MISSING' } }]);
});

test('the messages of a thread go with their deployment', async () => {
  await using gateway = await bootGateway({ simulator: { script: { steps: 4, stepMs: 5 } } });
  const ada = await gateway.signUpWithCredential();
  const id = await deployWithSubAgent(ada);
  const callableId = await threadOf(ada, id);
  await using thread = ada.subscribe<ThreadPush>(THREAD, { id, callableId });
  await thread.next();
  const stored = () => gateway.deps.store.db.selectFrom('threadMessages').selectAll().execute();
  expect(await stored()).not.toEqual([]);

  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });

  expect(await stored()).toEqual([]);
});
