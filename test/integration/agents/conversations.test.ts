import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const READ = `query ($id: ID!, $callableId: ID, $after: Int, $first: Int) { deployment(id: $id) {
  conversation(callableId: $callableId) {
    deploymentId inputTokens outputTokens
    messages(after: $after, first: $first) { index id role time parts { __typename type
      ... on TextPart { text } ... on ReasoningPart { thought: text } ... on OtherPart { raw }
      ... on ToolPart { toolName toolCallId state input output errorText }
    } }
  }
} }`;

interface Part {
  __typename: string;
  toolName?: string;
  input?: { callableId?: string };
}

interface ConversationAnswer {
  deployment: {
    conversation: {
      deploymentId: string;
      inputTokens: number;
      outputTokens: number;
      messages: { index: number; role: string; parts: Part[] }[];
    };
  };
}

test('a conversation shows text, reasoning, tools and every other part in full', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask('Buy and hold SPY'));

  const { deployment } = await ada.ask<ConversationAnswer>(READ, { id });

  const { deploymentId, inputTokens, outputTokens, messages } = deployment.conversation;
  expect({ deploymentId, inputTokens, outputTokens }).toEqual({
    deploymentId: id,
    inputTokens: 13_500,
    outputTokens: 690,
  });
  expect(messages.map(({ index, role }) => [index, role])).toEqual([
    [0, 'user'],
    [1, 'assistant'],
  ]);
  expect(messages[0]?.parts).toEqual([{ __typename: 'TextPart', type: 'text', text: 'Buy and hold SPY' }]);
  expect(messages[1]?.parts.slice(0, 4)).toMatchObject([
    { __typename: 'OtherPart', type: 'step-start', raw: { type: 'step-start' } },
    { __typename: 'ReasoningPart', type: 'reasoning', thought: expect.stringContaining('SPY') },
    {
      __typename: 'ToolPart',
      type: 'dynamic-tool',
      toolName: 'create_file',
      toolCallId: 'call_1_1',
      state: 'output-available',
      input: { filePath: 'main.py' },
      output: { isError: false },
      errorText: null,
    },
    { __typename: 'TextPart', type: 'text', text: 'Step 1 is done.' },
  ]);
});

test('a compiled document gives the same answer as on its first run', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  const [first, ...later] = [
    await ada.ask(READ, { id }),
    await ada.ask(READ, { id }),
    await ada.ask(READ, { id }),
  ];

  expect(later).toEqual([first, first]);
});

test('messages come in pages, by index', async () => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { pace: 'instant', script: { messages: 3 } },
  });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  const page = async (variables: Record<string, number>) => {
    const { deployment } = await ada.ask<ConversationAnswer>(READ, { id, ...variables });
    return deployment.conversation.messages.map(({ index }) => index);
  };

  expect(await page({})).toEqual([0, 1, 2, 3]);
  expect(await page({ after: 0 })).toEqual([1, 2, 3]);
  expect(await page({ after: 0, first: 2 })).toEqual([1, 2]);
  expect(await page({ after: 3 })).toEqual([]);
});

test('an invalid page is refused with the name of its argument', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  for (const [page, path] of [
    [{ first: -1 }, 'first'],
    [{ first: 0 }, 'first'],
    [{ first: 501 }, 'first'],
    [{ after: -2 }, 'after'],
  ] as const) {
    const { extensions } = await refusalOf(ada, READ, { id, ...page });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path }] });
  }
});

test('callableId selects the thread of one callable agent', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const create = 'mutation ($input: CreateAgentInput!) { agent: createAgent(input: $input) { id } }';
  const { agent: helper } = await ada.ask<{ agent: { id: string } }>(create, { input: { name: 'Helper' } });
  const { agent: head } = await ada.ask<{ agent: { id: string } }>(create, {
    input: { name: 'Head', subAgents: [{ agentId: helper.id }] },
  });
  const { task } = await ada.ask<{ task: { id: string } }>(
    'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }',
    { input: { agentId: head.id, name: 'mesh', prompt: 'Ask the helper' } },
  );
  const id = await ada.deploy(task.id);
  const whole = await ada.ask<ConversationAnswer>(READ, { id });
  const call = whole.deployment.conversation.messages
    .flatMap(({ parts }) => parts)
    .find(({ toolName }) => toolName === 'call_agent');

  const thread = await ada.ask<ConversationAnswer>(READ, { id, callableId: call?.input?.callableId });

  expect(thread.deployment.conversation.messages.map(({ role, parts }) => [role, parts])).toEqual([
    ['user', [{ __typename: 'TextPart', type: 'text', text: 'Ask the helper' }]],
    ['assistant', [{ __typename: 'TextPart', type: 'text', text: 'Looked into "Ask the helper".' }]],
  ]);
});

test.each(['null', 'absent'] as const)(
  'the conversation of a queued deployment (%s upstream) is empty',
  async (queuedConversation) => {
    const simulator = { script: { queueMs: 60_000 }, behavior: { queuedConversation } };
    await using gateway = await bootGateway({ polls: false, simulator });
    const ada = await gateway.signUpWithCredential();
    const id = await ada.deploy(await ada.createTask());

    expect((await ada.ask<ConversationAnswer>(READ, { id })).deployment.conversation).toEqual({
      deploymentId: id,
      inputTokens: 0,
      outputTokens: 0,
      messages: [],
    });
  },
);
