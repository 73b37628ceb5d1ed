import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const CREATE = 'mutation ($input: CreateAgentInput!) { agent: createAgent(input: $input) { id } }';
const UPDATE = `mutation ($id: ID!, $input: UpdateAgentInput!) {
  agent: updateAgent(id: $id, input: $input) { name description reasoningEffort maxTurns tools model }
}`;
const READ = `query ($id: ID!) { agent(id: $id) {
  id name description profileImage systemPrompt reasoningEffort rawReasoningEffort maxTurns toolChoice tools public
  model pipeline outputSchema useQcc llmProvider author { publicId name image } organization { id name }
  node { id sku } createdAt updatedAt
} }`;

const FULL = {
  name: 'Quiet Copper Heron',
  description: 'Reads filings',
  profileImage: '383f00.png',
  systemPrompt: 'You read filings.',
  reasoningEffort: 'HIGH',
  maxTurns: 12,
  toolChoice: 'auto',
  tools: ['create_file', 'send_email_notification'],
  public: true,
  model: 'claude-opus-4-7',
  pipeline: 'idea',
};

interface Created {
  agent: { id: string };
}

test('Mutation.createAgent takes every field, and Query.agent returns every field', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { agent: created } = await ada.ask<Created>(CREATE, { input: FULL });

  const { agent } = await ada.ask<{ agent: Record<string, unknown> }>(READ, { id: created.id });

  expect(agent).toMatchObject({
    ...FULL,
    id: expect.stringMatching(/^\d+$/),
    rawReasoningEffort: 'high',
    useQcc: true,
    llmProvider: null,
    outputSchema: null,
    author: { publicId: 'user_12345', name: 'Jane Doe', image: 'a1.jpeg' },
    organization: { id: seededOrganization.id, name: seededOrganization.name },
    node: { id: '0', sku: 'A4-8' },
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    updatedAt: expect.stringMatching(/Z$/),
  });
});

test("Query.agents lists the credential's organization, or the one in the argument", async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { agent } = await ada.ask<Created>(CREATE, { input: { name: 'Heron' } });
  const list = 'query ($organizationId: ID) { agents(organizationId: $organizationId) { id name } }';

  const own = await ada.ask(list);
  const named = await ada.ask(list, { organizationId: seededOrganization.id });

  expect(own).toEqual({ agents: [{ id: agent.id, name: 'Heron' }] });
  expect(named).toEqual(own);
});

test('Mutation.updateAgent keeps absent fields and clears null ones', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { agent } = await ada.ask<Created>(CREATE, { input: FULL });

  const updated = await ada.ask(UPDATE, {
    id: agent.id,
    input: { description: null, model: null, tools: ['x'] },
  });

  expect(updated.agent).toEqual({
    name: FULL.name,
    description: '',
    reasoningEffort: 'HIGH',
    maxTurns: 12,
    tools: ['x'],
    model: null,
  });
});

test('Mutation.deleteAgent returns the id, and the agent is gone', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { agent } = await ada.ask<Created>(CREATE, { input: { name: 'Heron' } });

  expect(await ada.ask('mutation ($id: ID!) { deleteAgent(id: $id) }', { id: agent.id })).toEqual({
    deleteAgent: agent.id,
  });
  const { extensions } = await refusalOf(ada, READ, { id: agent.id });
  expect(extensions.code).toBe('NOT_FOUND');
});

test('an agent shows its chained and callable agents in full, and its tasks', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { agent: second } = await ada.ask<Created>(CREATE, { input: { name: 'Second' } });
  const { agent: helper } = await ada.ask<Created>(CREATE, { input: { name: 'Helper' } });
  const { agent: head } = await ada.ask<Created>(CREATE, {
    input: {
      name: 'Head',
      chainedAgents: [{ agentId: second.id, step: 1 }],
      subAgents: [{ agentId: helper.id, callableCount: 3 }],
    },
  });
  await ada.ask('mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }', {
    input: { agentId: head.id, name: 'given to the head', prompt: 'Go' },
  });

  const { agent } = await ada.ask(
    `query ($id: ID!) { agent(id: $id) {
      chainedAgents { agentId step agent { name } }
      subAgents { agentId callableCount agent { name } }
      tasks { prompt agentId agent { name } }
    } }`,
    { id: head.id },
  );

  expect(agent).toEqual({
    chainedAgents: [{ agentId: second.id, step: 1, agent: { name: 'Second' } }],
    subAgents: [{ agentId: helper.id, callableCount: 3, agent: { name: 'Helper' } }],
    tasks: [{ prompt: 'Go', agentId: head.id, agent: { name: 'Head' } }],
  });
});
