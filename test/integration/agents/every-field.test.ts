import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { operationPaths, type Simulator, seededAccount, startSimulator } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { everyField, homeless, leavesOf, type Mapping } from '../../support/every-field.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { type Recorded, type RecordingProxy, recordingProxy } from '../../support/recording-proxy.ts';

/**
 * Every value that QuantConnect answers is found in the gateway's answer, under its own name or in `raw`, over both doors.
 * A field that the simulator gets and no decoder knows fails here, and so does a field that the gateway loses.
 */

const KEY = 'sk-ant-key-of-the-user';
const ENVELOPE = new Set(['success', 'errors', 'message']);

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const TIMES = /(^|\.)(created|updated|started|ended|lastDeploymentTime)$/;
const written: Mapping['written'] = ({ path, value }) =>
  TIMES.test(path) && typeof value === 'string' && TIME.test(value)
    ? new Date(`${value.replace(' ', 'T')}Z`).toISOString()
    : value;

const AGENT: Mapping = {
  renamed: {
    useQCC: 'useQcc',
    created: 'createdAt',
    updated: 'updatedAt',
    reasoningEffort: 'rawReasoningEffort',
    'token.llmProviderApi': 'llmProvider',
  },
  written,
};
const TASK: Mapping = {
  renamed: {
    deployments: 'deploymentCount',
    lastDeploymentTime: 'lastDeployedAt',
    created: 'createdAt',
    updated: 'updatedAt',
    'status.deploymentId': 'activeDeployments.deploymentId',
    'status.status': 'activeDeployments.rawStatus',
  },
  written,
};
const DEPLOYMENT: Mapping = {
  renamed: {
    deploymentId: 'id',
    status: 'rawStatus',
    created: 'createdAt',
    started: 'startedAt',
    ended: 'endedAt',
  },
  written,
};
const CONVERSATION: Mapping = { renamed: { id: 'deploymentId' }, written };

/** An operation that answers with one object or with a list, and how it is asked over both doors. */
interface Answering {
  /** The member of the upstream's answer. */
  member: string;
  /** Another member that belongs to the object, and where it stands in its `raw`. */
  beside?: string;
  mapping: Mapping;
  graphql: { operation: string; type: string; variables?: () => Record<string, unknown> };
  rest: { method?: string; path: () => string; body?: () => unknown; list?: string };
}

let gateway: Gateway;
let simulator: Simulator;
let upstream: RecordingProxy;
let ada: GraphQLClient;
const ids = { agent: '', next: '', helper: '', task: '', deployment: '' };

const fullAgent = () => ({
  name: 'Heron',
  description: 'Reads filings',
  profileImage: 'heron.png',
  systemPrompt: 'You read filings.',
  reasoningEffort: 'HIGH',
  maxTurns: 90,
  toolChoice: 'required',
  tools: ['create_file', 'create_backtest'],
  public: true,
  model: 'claude-opus-4-7',
  pipeline: 'research',
  useQcc: false,
  llmToken: { provider: 'anthropic', apiKey: KEY },
  chainedAgents: [{ agentId: ids.next, step: 1 }],
  subAgents: [{ agentId: ids.helper, callableCount: 5 }],
  node: { id: '12', sku: 'A16-32' },
});
const newTask = () => ({
  agentId: ids.agent,
  name: 'a task',
  prompt: 'Buy and hold SPY',
  projectPreference: 'PROJECT_FOR_TASK',
});

const ANSWERING: Record<string, Answering> = {
  '/agents/create': {
    member: 'agent',
    mapping: AGENT,
    graphql: {
      operation: 'mutation ($input: CreateAgentInput!) { answer: createAgent(input: $input)',
      type: 'Agent',
      variables: () => ({ input: fullAgent() }),
    },
    rest: { method: 'POST', path: () => '/v1/agents', body: fullAgent },
  },
  '/agents/read': {
    member: 'agent',
    mapping: AGENT,
    graphql: { operation: 'query ($agent: ID!) { answer: agent(id: $agent)', type: 'Agent' },
    rest: { path: () => `/v1/agents/${ids.agent}` },
  },
  '/agents/list': {
    member: 'agents',
    mapping: AGENT,
    graphql: { operation: '{ answer: agents', type: 'Agent' },
    rest: { path: () => '/v1/agents', list: 'agents' },
  },
  '/agents/tasks/create': {
    member: 'task',
    mapping: TASK,
    graphql: {
      operation: 'mutation ($input: CreateTaskInput!) { answer: createTask(input: $input)',
      type: 'AgentTask',
      variables: () => ({ input: newTask() }),
    },
    rest: { method: 'POST', path: () => '/v1/tasks', body: newTask },
  },
  '/agents/tasks/read': {
    member: 'task',
    mapping: TASK,
    graphql: { operation: 'query ($task: ID!) { answer: task(id: $task)', type: 'AgentTask' },
    rest: { path: () => `/v1/tasks/${ids.task}` },
  },
  '/agents/tasks/list': {
    member: 'tasks',
    mapping: TASK,
    graphql: { operation: '{ answer: tasks', type: 'AgentTask' },
    rest: { path: () => '/v1/tasks', list: 'tasks' },
  },
  '/agents/deployments/create': {
    member: 'deployment',
    beside: 'debug',
    mapping: DEPLOYMENT,
    graphql: { operation: 'mutation ($task: ID!) { answer: deployTask(taskId: $task)', type: 'Deployment' },
    rest: { method: 'POST', path: () => `/v1/tasks/${ids.task}/deployments`, body: () => ({}) },
  },
  '/agents/deployments/read': {
    member: 'deployment',
    mapping: DEPLOYMENT,
    graphql: {
      operation: 'query ($deployment: ID!) { answer: deployment(id: $deployment)',
      type: 'Deployment',
    },
    rest: { path: () => `/v1/deployments/${ids.deployment}` },
  },
  '/agents/deployments/list': {
    member: 'deployments',
    mapping: DEPLOYMENT,
    graphql: { operation: 'query ($task: ID!) { answer: deployments(taskId: $task)', type: 'Deployment' },
    rest: { path: () => `/v1/tasks/${ids.task}/deployments`, list: 'deployments' },
  },
  '/agents/deployments/conversation/read': {
    member: 'conversation',
    mapping: CONVERSATION,
    graphql: {
      operation:
        'query ($deployment: ID!) { conversation: deployment(id: $deployment) { answer: conversation',
      type: 'Conversation',
    },
    rest: { path: () => `/v1/deployments/${ids.deployment}/conversation` },
  },
};

/** Operations that answer only whether they were done. */
const RECEIPTS: Record<string, () => Promise<unknown>> = {
  '/authenticate': () => ada.saveCredential(seededAccount),
  '/agents/update': () => rest('PATCH', `/v1/agents/${ids.agent}`, { description: 'Reads more' }),
  '/agents/tasks/update': () => rest('PATCH', `/v1/tasks/${ids.task}`, { name: 'renamed' }),
  '/agents/deployments/prompt': () =>
    rest('POST', `/v1/deployments/${ids.deployment}/prompts`, { prompt: 'Again' }),
  '/agents/deployments/stop': () => rest('POST', `/v1/deployments/${ids.deployment}/stop`),
  '/agents/deployments/delete': async () => {
    const id = await ada.deploy(ids.task);
    await rest('DELETE', `/v1/deployments/${id}`);
  },
  '/agents/tasks/delete': async () => rest('DELETE', `/v1/tasks/${await ada.createTask()}`),
  '/agents/delete': async () => {
    const agent = await rest('POST', '/v1/agents', { name: 'for a moment' });
    await rest('DELETE', `/v1/agents/${agent.id}`);
  },
};

async function rest(method: string, path: string, body?: unknown): Promise<Recorded> {
  const response = await ada.request(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

async function overGraphql({ graphql }: Answering): Promise<unknown> {
  const { operation, type, variables } = graphql;
  const closing = '}'.repeat(operation.split('{').length - 1);
  const { agent, task, deployment } = ids;
  const given = variables?.() ?? { agent, task, deployment };
  const used = Object.fromEntries(Object.entries(given).filter(([name]) => operation.includes(`$${name}`)));
  const data = await ada.ask<Record<string, unknown>>(`${operation} ${everyField(type)} ${closing}`, used);
  return data.answer ?? (data.conversation as Recorded).answer;
}

async function overRest({ rest: asked }: Answering): Promise<unknown> {
  const answer = await rest(asked.method ?? 'GET', asked.path(), asked.body?.());
  return asked.list === undefined ? answer : answer[asked.list];
}

/** The object of the upstream's last answer. */
function saidUpstream(path: string, { member, beside }: Answering): unknown {
  const answer = upstream.lastAnswer(path);
  const said =
    beside === undefined ? answer[member] : { ...(answer[member] as object), [beside]: answer[beside] };
  return JSON.parse(JSON.stringify(said, (name, value) => (name === 'token' ? providerOf(value) : value)));
}

/** Of an agent's token only the provider is shown. */
function providerOf(token: { llmProviderApi: string } | null) {
  return token && { llmProviderApi: token.llmProviderApi };
}

beforeAll(async () => {
  simulator = await startSimulator({
    pace: 'instant',
    script: { queueMs: 0, backtest: 'outputError' },
    behavior: { fillFields: true },
  });
  upstream = await recordingProxy(simulator.url);
  gateway = await bootGateway({
    upstream: simulator,
    polls: false,
    env: { QUANTCONNECT_BASE_URL: upstream.url, GRAPHQL_MAX_TOKENS: '5000' },
  });
  ada = await gateway.signUpWithCredential();
  const agent = async (input: unknown) => String((await rest('POST', '/v1/agents', input)).id);
  ids.helper = await agent({ name: 'Helper' });
  ids.next = await agent({ name: 'Next', useQcc: false, llmToken: { provider: 'openai', apiKey: KEY } });
  ids.agent = await agent(fullAgent());
  ids.task = String((await rest('POST', '/v1/tasks', newTask())).id);
  ids.deployment = await ada.deploy(ids.task);
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await simulator.close();
});

test('every operation of the simulator is in the tables', () => {
  const known = [...Object.keys(ANSWERING), ...Object.keys(RECEIPTS)];
  expect(known.toSorted()).toEqual(operationPaths.toSorted());
});

describe.each(Object.entries(ANSWERING))('%s', (path, operation) => {
  test.each([
    ['GraphQL', overGraphql],
    ['REST', overRest],
  ])('each value of the answer is found over %s, and the key nowhere', async (_door, ask) => {
    const answer = await ask(operation);
    const said = saidUpstream(path, operation);
    expect(leavesOf(said).length).toBeGreaterThan(5);
    expect(homeless(said, answer, operation.mapping)).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain(KEY);
  });

  test('so is each value of fields that no one knows yet', async () => {
    simulator.faults.add({ kind: 'extraFields', match: { path }, times: 2 });
    for (const ask of [overGraphql, overRest]) {
      const answer = await ask(operation);
      const said = saidUpstream(path, operation);
      expect(leavesOf(said).filter((leaf) => leaf.path.includes('surprise'))).not.toEqual([]);
      expect(homeless(said, answer, operation.mapping)).toEqual([]);
    }
    expect(simulator.faults.pending()).toEqual([]);
  });

  afterEach(() => simulator.faults.clear());
});

test.each(Object.entries(RECEIPTS))('%s answers nothing but its envelope', async (path, act) => {
  await act();
  const said = Object.entries(upstream.lastAnswer(path)).filter(([name]) => !ENVELOPE.has(name));
  expect(said).toEqual([]);
});
