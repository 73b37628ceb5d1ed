import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { isGatewayError } from '../../errors.ts';
import type { DriftFinding } from '../fields/drift.ts';
import { readJson } from '../transport/read-body.ts';
import { readEnvelope } from './answer.ts';
import { createDecoders } from './decode.ts';
import { emptyConversation } from './decode-conversation.ts';
import { timeOf } from './fields.ts';

const notices: unknown[] = [];
const decode = createDecoders((_level, _message, fields) => notices.push(fields));
const drift: string[] = [];

beforeEach(() => {
  notices.length = 0;
  drift.length = 0;
});

function report({ kind, path }: DriftFinding): void {
  drift.push(`${kind} ${path}`);
}

function envelope(fields: Record<string, unknown>) {
  const read = readEnvelope({ success: true, ...fields });
  if (!read) throw new Error('not an object');
  return read;
}

function agent(fields: Record<string, unknown>) {
  return decode.agent(envelope({ agent: { id: 105, ...fields } }), report);
}

function task(fields: Record<string, unknown>) {
  return decode.task(envelope({ task: { id: 332, ...fields } }), report);
}

function deployment(fields: Record<string, unknown>) {
  return decode.deployment(envelope({ deployment: { deploymentId: 'A-1', ...fields } }), report);
}

function messages(...list: unknown[]) {
  return decode.conversation('A-1')(envelope({ conversation: { messages: list } }), report).messages;
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
      raw: null,
      incompleteLists: [],
      isComplete: true,
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
      tools: ['create_file', '7'],
      chainedAgents: [{ agentId: '7', step: 1 }],
      subAgents: [{ agentId: '8', callableCount: null }],
      author: null,
      organization: { id: '9', name: null, profile: null },
      node: { id: '0', sku: null },
      model: null,
      createdAt: '2026-05-12T17:08:53.000Z',
      updatedAt: null,
      raw: { unknownField: { x: 1 }, chainedAgents: [{}, { step: 2 }, {}], updated: 'yesterday' },
      incompleteLists: ['chainedAgents'],
      isComplete: false,
    });
    expect(new Set(drift)).toEqual(
      new Set([
        'UNKNOWN_FIELD agent.unknownField',
        'UNREADABLE_ELEMENT agent.chainedAgents[]',
        'UNEXPECTED_SHAPE agent.updated',
      ]),
    );
  });

  const key = 'sk-secret';
  const token = { llmApiTokenUser: key, llmProviderApi: 'anthropic', more: key };
  test.each([
    ['in its place', { token }],
    ['as text', { token: key }],
    ['in a shape that is not known', { token: { value: key } }],
    ['in a chained agent', { chainedAgents: [{ agentId: 1, step: 1, agent: { id: 1, token } }] }],
    ['in a sub-agent', { subAgents: [{ agentId: 1, agent: { id: 1, token: key } }] }],
    ['in an unknown field', { clone: { deep: [{ token }] }, note: JSON.stringify({ llmApiTokenUser: key }) }],
  ])('the LLM key is not shown: %s', (_where, fields) => {
    const decoded = agent(fields);
    expect(decoded.llmProvider).toBe('token' in fields && fields.token === token ? 'anthropic' : null);
    expect(JSON.stringify(decoded)).not.toContain(key);
  });

  test('of the LLM key of an expanded agent only the provider is shown', () => {
    const expanded = { id: 1, name: 'Next', token };
    expect(agent({ chainedAgents: [{ agentId: 1, step: 1, agent: expanded }] }).raw).toEqual({
      chainedAgents: [{ agent: { id: 1, name: 'Next', token: { llmProviderApi: 'anthropic' } } }],
    });
  });

  test.each([2 ** 53, Number.POSITIVE_INFINITY, 1.5, null, '', ' ', true, {}])('%s is no id', (id) => {
    expect(() => agent({ id })).toThrow('no usable agent');
  });
});

describe('lists', () => {
  test('an invalid element is left out and counted, and the others stay', () => {
    const decoded = decode.agents(
      envelope({ agents: [{ id: 1 }, { name: 'no id' }, 'x', { id: '2' }] }),
      report,
    );
    expect(decoded.isComplete).toBe(false);
    expect(drift).toContain('UNREADABLE_ELEMENT agents[]');
    expect(decoded.items.map(({ id }) => id)).toEqual(['1', '2']);
    expect(notices).toEqual([{ field: 'agents', skipped: 2 }]);
  });

  test.each([[undefined], [null], [[]], [{}]])('%s is an empty list', (agents) => {
    expect(decode.agents(envelope({ agents }), report)).toEqual({ items: [], isComplete: true, skipped: 0 });
  });

  test.each(['x', 1, true])('%s is no list', (agents) => {
    expect(() => decode.agents(envelope({ agents }), report)).toThrow('no usable agents');
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

test('numbers that do not fit are null or the nearest that fits, and stay in raw', () => {
  expect(agent({ maxTurns: 3_000_000_000 })).toMatchObject({
    maxTurns: null,
    raw: { maxTurns: 3_000_000_000 },
  });
  expect(task({ deployments: 3_000_000_000 })).toMatchObject({ deploymentCount: 3_000_000_000, raw: null });
  expect(task({ deployments: 1e300 })).toMatchObject({ deploymentCount: Number.MAX_SAFE_INTEGER });
  const tokens = { inputTokens: 3_000_000_000, outputTokens: -1 };
  expect(decode.conversation('A-1')(envelope({ conversation: tokens }), report)).toMatchObject({
    inputTokens: 3_000_000_000,
    outputTokens: 0,
    raw: { outputTokens: -1 },
  });
  expect(drift).toEqual([
    'OUT_OF_RANGE agent.maxTurns',
    'OUT_OF_RANGE task.deployments',
    'OUT_OF_RANGE conversation.outputTokens',
  ]);
});

test('words outside the vocabulary are passed on and reported', () => {
  expect(deployment({ status: 'Hibernating' }).rawStatus).toBe('Hibernating');
  expect(
    task({ projectPreference: 'no-project', status: [{ deploymentId: 'A-1', status: 'Odd' }] }),
  ).toMatchObject({
    projectPreference: 'no-project',
  });
  expect(messages({ role: 'narrator', parts: [{ type: 'hologram', beam: 1 }] })).toMatchObject([
    { role: 'narrator', parts: [{ kind: 'other', type: 'hologram', raw: { type: 'hologram', beam: 1 } }] },
  ]);
  expect(drift).toEqual([
    'UNKNOWN_WORD deployment.status',
    'UNKNOWN_WORD task.projectPreference',
    'UNKNOWN_WORD task.status[].status',
    'UNKNOWN_WORD conversation.messages[].role',
    'UNKNOWN_WORD conversation.messages[].parts[].type',
  ]);
});

test('a created deployment has its id from either place, and the rest of debug in raw', () => {
  const debug = { id: 'A-2', agent: { token: { llmApiTokenUser: 'sk-secret', llmProviderApi: 'openai' } } };
  expect(decode.createdDeployment(envelope({ debug }), report)).toMatchObject({
    id: 'A-2',
    raw: { debug: { id: 'A-2', agent: { token: { llmProviderApi: 'openai' } } } },
  });
  expect(drift).toEqual([]);
});

test('members beside the object that was asked for are reported', () => {
  decode.agent(envelope({ agent: { id: 1 }, serverTime: 1 }), report);
  decode.receipt(envelope({ task: {}, message: 'Started.', quota: 1 }), report);
  expect(drift).toEqual(['UNKNOWN_FIELD serverTime', 'UNKNOWN_FIELD quota']);
});

describe('conversations', () => {
  test.each([undefined, null, [], 'soon'])('%s is an empty one', (conversation) => {
    expect(decode.conversation('A-1')(envelope({ conversation }), report)).toEqual(emptyConversation('A-1'));
    expect(drift).toEqual(conversation === 'soon' ? ['UNEXPECTED_SHAPE conversation'] : []);
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
      { kind: 'text', type: 'text', text: 'a', state: null, raw: {} },
      { kind: 'reasoning', type: 'reasoning', text: '', state: null, raw: {} },
      {
        kind: 'tool',
        type: 'dynamic-tool',
        toolName: 'create_file',
        toolCallId: '1',
        state: 'x',
        input: {},
        output: null,
        errorText: 'e',
        title: null,
        messages: [],
        raw: {},
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
        title: null,
        messages: [],
        raw: {},
      },
      { kind: 'other', type: 'step-start', raw: { type: 'step-start' } },
      { kind: 'other', type: 'data-weather', raw },
      { kind: 'other', type: 'unknown', raw: 'odd' },
    ]);
  });

  test('fields of the whole, of messages and of parts, and the rest in the nearest raw', () => {
    const value = {
      id: 'A-1',
      userId: 12345,
      channel: 'agent-1',
      projectId: 29000001,
      prompt: 'Buy',
      aggregateStatus: 'Running',
      agents: [{ id: 47, name: 'Backtest', callableId: 'c-1', mood: 'calm' }],
      agentProperties: { token: 'sk-secret' },
      messages: [
        {
          metadata: { agentId: 47 },
          seen: true,
          parts: [
            { type: 'text', text: 'a', state: 'streaming', lang: 'en' },
            { type: 'dynamic-tool', title: 'Call', messages: [{ role: 'user' }], approval: { id: 1 } },
          ],
        },
      ],
    };
    expect(decode.conversation('A-1')(envelope({ conversation: value }), report)).toMatchObject({
      channel: 'agent-1',
      projectId: '29000001',
      prompt: 'Buy',
      aggregateStatus: 'Running',
      agents: [{ id: '47', name: 'Backtest', callableId: 'c-1' }],
      messages: [
        {
          metadata: { agentId: 47 },
          agentId: '47',
          parts: [
            { text: 'a', state: 'streaming', raw: { lang: 'en' } },
            { title: 'Call', messages: [{ role: 'user' }], raw: { approval: { id: 1 } } },
          ],
        },
      ],
      raw: { userId: 12345, agentProperties: {}, agents: [{ mood: 'calm' }], messages: [{ seen: true }] },
    });
    expect(drift).toEqual([
      'UNKNOWN_FIELD conversation.agents[].mood',
      'UNKNOWN_FIELD conversation.messages[].seen',
      'UNKNOWN_FIELD conversation.messages[].parts[].lang',
    ]);
  });

  test('an LLM key in what a tool has said is not shown', () => {
    const said = { agent: { token: { llmApiTokenUser: 'sk-secret', llmProviderApi: 'anthropic' } } };
    const text = JSON.stringify({ text: JSON.stringify(said) });
    const [message] = messages({
      parts: [{ type: 'tool-read_agent', output: { structuredContent: said, content: [{ text }] } }],
    });
    expect(JSON.stringify(message)).not.toContain('sk-secret');
    expect(message?.parts[0]).toMatchObject({
      output: { structuredContent: { agent: { token: { llmProviderApi: 'anthropic' } } } },
    });
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
    ['2026-02-30 00:00:00', undefined],
    ['0000-00-00 00:00:00', null],
    ['2026-05-12 25:00:00', undefined],
    ['12/05/2026', undefined],
    [1_700_000_000, undefined],
    ['', null],
    [null, null],
  ])('%s is %s', (raw, iso) => {
    expect(timeOf(raw)).toBe(iso);
  });

  test('days are those of the calendar, in every month of common, leap and century years', () => {
    for (const year of [1900, 2000, 2023, 2024]) {
      for (let month = 0; month <= 13; month += 1) {
        for (let day = 0; day <= 32; day += 1) {
          const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
          const moment = new Date(Date.UTC(year, month - 1, day));
          const isReal = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
          expect(timeOf(`${text} 23:59:59`)).toBe(isReal ? `${text}T23:59:59.000Z` : undefined);
        }
      }
    }
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
          kind(envelope(fields), report);
        } catch (error) {
          if (!isGatewayError(error, 'UPSTREAM_BAD_RESPONSE')) throw error;
        }
      }
      readEnvelope(value);
    }),
    { numRuns: 2_000 },
  );
});

test.each([64, 100_000])(
  'values of %d levels are null, reported, and what they stand in is incomplete',
  (levels) => {
    const deep = `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    const parts = `{"type":"tool-x","input":${deep},"output":{"b":1},"messages":[${deep},{"c":1}]},{"type":"step-start","d":${deep}}`;
    const conversation = `{"messages":[{"metadata":${deep},"parts":[${parts}]},{"parts":[{"type":"tool-x","output":${deep}}]}]}`;
    const body = readJson(
      `{"success":true,"conversation":${conversation},"agent":{"id":1,"outputSchema":${deep}}}`,
    );
    const read = envelope(body.isJson ? (body.value as Record<string, unknown>) : {});

    expect(decode.conversation('A-1')(read, report)).toMatchObject({
      messages: [
        {
          metadata: null,
          parts: [{ input: null, output: { b: 1 }, messages: [{ c: 1 }] }, { raw: { type: 'step-start' } }],
        },
        { parts: [{ output: null }] },
      ],
      incompleteLists: ['messages'],
      isComplete: false,
    });
    expect(decode.agent(read, report)).toMatchObject({
      outputSchema: null,
      incompleteLists: ['outputSchema'],
      isComplete: false,
    });
    const part = 'UNEXPECTED_SHAPE conversation.messages[].parts[]';
    expect(drift).toEqual(
      expect.arrayContaining([
        'UNEXPECTED_SHAPE conversation.messages[].metadata',
        ...[`${part}.input`, `${part}.messages`, `${part}.d`, `${part}.output`],
        'UNEXPECTED_SHAPE agent.outputSchema',
      ]),
    );
  },
);
