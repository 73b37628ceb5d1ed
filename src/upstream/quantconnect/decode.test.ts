import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGatewayError } from '../../errors.ts';
import { readEnvelope } from './answer.ts';
import { createDecoders } from './decode.ts';
import { time } from './fields.ts';

const notices: unknown[] = [];
const decode = createDecoders((_level, _message, fields) => notices.push(fields));

function envelope(fields: Record<string, unknown>) {
  const read = readEnvelope({ success: true, ...fields });
  if (!read) throw new Error('not an object');
  return read;
}

function agent(fields: Record<string, unknown>) {
  return decode.agent(envelope({ agent: { id: 105, ...fields } }));
}

function task(fields: Record<string, unknown>) {
  return decode.task(envelope({ task: { id: 332, ...fields } }));
}

function deployment(fields: Record<string, unknown>) {
  return decode.deployment(envelope({ deployment: { deploymentId: 'A-1', ...fields } }));
}

function messages(...list: unknown[]) {
  return decode.conversation('A-1')(envelope({ conversation: { messages: list } })).messages;
}

describe('agents', () => {
  test('an id alone is enough', () => {
    expect(agent({})).toEqual({
      id: '105',
      name: '',
      description: null,
      profileImage: null,
      systemPrompt: null,
      reasoningEffort: null,
      maxTurns: null,
      toolChoice: null,
      tools: [],
      public: null,
      model: null,
      pipeline: null,
      outputSchema: null,
      useQcc: null,
      llmProvider: null,
      chainedAgents: [],
      subAgents: [],
      author: null,
      organization: null,
      node: null,
      createdAt: null,
      updatedAt: null,
    });
  });

  test('odd shapes of every kind', () => {
    expect(
      agent({
        id: '105',
        maxTurns: '100',
        public: 1,
        useQCC: '0',
        tools: { 0: 'create_file', 1: 7 },
        chainedAgents: [{ agentId: '7', step: '1' }, { step: 2 }, null],
        subAgents: [{ agentId: 8 }],
        author: [],
        organization: { id: 9 },
        node: { id: 0, sku: null },
        model: '',
        unknownField: { x: 1 },
        created: '2026-05-12 17:08:53',
        updated: 'yesterday',
      }),
    ).toMatchObject({
      id: '105',
      maxTurns: 100,
      public: true,
      useQcc: false,
      tools: ['create_file'],
      chainedAgents: [{ agentId: '7', step: 1 }],
      subAgents: [{ agentId: '8', callableCount: null }],
      author: null,
      organization: { id: '9', name: null },
      node: { id: '0', sku: null },
      model: null,
      createdAt: '2026-05-12T17:08:53.000Z',
      updatedAt: null,
    });
  });

  test('the LLM key is not decoded', () => {
    const decoded = agent({ token: { llmApiTokenUser: 'sk-secret', llmProviderApi: 'anthropic' } });
    expect(decoded.llmProvider).toBe('anthropic');
    expect(JSON.stringify(decoded)).not.toContain('sk-secret');
  });

  test.each([2 ** 53, Number.POSITIVE_INFINITY, 1.5, null, '', ' ', true, {}])('%s is no id', (id) => {
    expect(() => agent({ id })).toThrow('no usable agent');
  });
});

describe('lists', () => {
  test('an invalid element is left out and counted, and the others stay', () => {
    notices.length = 0;
    const decoded = decode.agents(envelope({ agents: [{ id: 1 }, { name: 'no id' }, 'x', { id: '2' }] }));
    expect(decoded.map(({ id }) => id)).toEqual(['1', '2']);
    expect(notices).toEqual([{ field: 'agents', skipped: 2 }]);
  });

  test.each([[undefined], [null], [[]], [{}]])('%s is an empty list', (agents) => {
    expect(decode.agents(envelope({ agents }))).toEqual([]);
  });

  test.each(['x', 1, true])('%s is no list', (agents) => {
    expect(() => decode.agents(envelope({ agents }))).toThrow('no usable agents');
  });
});

test('tasks: the count, the unfinished deployments and no project', () => {
  expect(
    task({
      deployments: '3',
      projectId: 0,
      agentId: '47',
      status: [{ deploymentId: 'A-1', status: 'Running' }, { status: 'Running' }],
      lastDeploymentTime: '2026-05-06 19:09:52',
    }),
  ).toMatchObject({
    deploymentCount: 3,
    projectId: null,
    agentId: '47',
    activeDeployments: [{ deploymentId: 'A-1', rawStatus: 'Running' }],
    lastDeployedAt: '2026-05-06T19:09:52.000Z',
  });
  expect(task({ status: null, deployments: null })).toMatchObject({
    deploymentCount: 0,
    activeDeployments: [],
  });
});

test('deployments: status and finality come with it', () => {
  expect(deployment({ status: 'runtime error', ended: '2026-05-06 19:09:52' })).toMatchObject({
    status: 'FAILED',
    rawStatus: 'runtime error',
    isTerminal: true,
    endedAt: '2026-05-06T19:09:52.000Z',
  });
  expect(deployment({ status: 'Pondering' })).toMatchObject({ status: 'UNKNOWN', isTerminal: false });
});

describe('conversations', () => {
  test.each([undefined, null, [], 'soon'])('%s is an empty one', (conversation) => {
    expect(decode.conversation('A-1')(envelope({ conversation }))).toEqual({
      deploymentId: 'A-1',
      inputTokens: 0,
      outputTokens: 0,
      messages: [],
    });
  });

  test('parts of every kind', () => {
    const raw = { type: 'data-weather', data: 1 };
    const [message] = messages({
      id: 'm1',
      role: 'assistant',
      time: '2026-05-06 19:09:53',
      parts: [
        { type: 'text', text: 'a' },
        { type: 'reasoning', text: null },
        {
          type: 'dynamic-tool',
          toolName: 'create_file',
          toolCallId: 1,
          state: 'x',
          input: [],
          errorText: 'e',
        },
        { type: 'tool-read_file', output: 'text' },
        { type: 'step-start' },
        raw,
        'odd',
      ],
    });
    expect(message).toMatchObject({ index: 0, id: 'm1', role: 'assistant', time: '2026-05-06 19:09:53' });
    expect(message?.parts).toEqual([
      { kind: 'text', type: 'text', text: 'a' },
      { kind: 'reasoning', type: 'reasoning', text: '' },
      {
        kind: 'tool',
        type: 'dynamic-tool',
        toolName: 'create_file',
        toolCallId: '1',
        state: 'x',
        input: {},
        output: null,
        errorText: 'e',
      },
      {
        kind: 'tool',
        type: 'tool-read_file',
        toolName: 'read_file',
        toolCallId: null,
        state: null,
        input: null,
        output: 'text',
        errorText: null,
      },
      { kind: 'other', type: 'step-start', raw: { type: 'step-start' } },
      { kind: 'other', type: 'data-weather', raw },
      { kind: 'other', type: 'unknown', raw: 'odd' },
    ]);
  });

  test('an invalid message keeps its position, so that indexes stay', () => {
    expect(messages(null, { role: 'user', parts: null })).toMatchObject([
      { index: 0, role: 'unknown' },
      { index: 1, role: 'user', parts: [] },
    ]);
  });
});

describe('times', () => {
  test.each([
    ['2026-05-12 17:08:53', '2026-05-12T17:08:53.000Z'],
    ['2026-05-12T17:08:53', '2026-05-12T17:08:53.000Z'],
    ['2026-05-12T17:08:53+02:00', '2026-05-12T15:08:53.000Z'],
    ['2024-02-29 00:00:00', '2024-02-29T00:00:00.000Z'],
    ['2026-02-30 00:00:00', null],
    ['0000-00-00 00:00:00', null],
    ['2026-05-12 25:00:00', null],
    ['12/05/2026', null],
    [1_700_000_000, null],
    [null, null],
  ])('%s is %s', (raw, iso) => {
    expect(time.parse(raw)).toBe(iso);
  });
});

test('success may be a number, and errors may be one text', () => {
  expect(readEnvelope({ success: 1 })).toMatchObject({ success: true, messages: [] });
  expect(readEnvelope({ success: 0, errors: 'No.' })).toMatchObject({ success: false, messages: ['No.'] });
  expect(readEnvelope({ errors: [], messages: ['a', { message: 'b' }, 3] })).toMatchObject({
    success: undefined,
    messages: ['a', 'b'],
  });
  expect(readEnvelope([])).toBeUndefined();
});

test('decoding any JSON gives a value or an expected error', () => {
  const anything = fc.jsonValue({ maxDepth: 6 });
  const known = ['id', 'deploymentId', 'status', 'messages', 'parts', 'type', 'created', 'token', 'tools'];
  const object = fc.dictionary(fc.constantFrom(...known), anything);
  const kinds = [
    'agent',
    'agents',
    'task',
    'tasks',
    'deployment',
    'deployments',
    'createdDeployment',
  ] as const;
  fc.assert(
    fc.property(fc.oneof(anything, object, fc.array(object)), (value) => {
      const fields = {
        agent: value,
        agents: value,
        task: value,
        tasks: value,
        deployment: value,
        deployments: value,
        debug: value,
        conversation: value,
      };
      for (const kind of [...kinds.map((name) => decode[name]), decode.conversation('A-1')]) {
        try {
          kind(envelope(fields));
        } catch (error) {
          if (!isGatewayError(error, 'UPSTREAM_BAD_RESPONSE')) throw error;
        }
      }
      readEnvelope(value);
    }),
    { numRuns: 2_000 },
  );
});
