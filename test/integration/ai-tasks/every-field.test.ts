import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../simulator/index.ts';
import type { OperationName } from '../../../simulator/quantcdn/operation-name.ts';
import { ORGANISATION } from '../../support/ai-gateway.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { everyField, homeless, leavesOf, type Mapping } from '../../support/every-field.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { type Recorded, type RecordingProxy, recordingProxy } from '../../support/recording-proxy.ts';

/**
 * Every value that QuantCDN answers is found in the gateway's answer, under its own name or in `raw`, over both doors. A
 * field that the simulator gets and no decoder knows fails here, and so does a field that the gateway loses.
 */

const TIMES = /(^|\.)(created|updated|started|completed|blocked|expires)At$/;
const written: Mapping['written'] = ({ path, value }) => {
  if (!TIMES.test(path) || typeof value !== 'number') return value;
  return new Date(value < 1e11 ? value * 1_000 : value).toISOString();
};
const TASK: Mapping = { renamed: { taskId: 'id', orgId: 'organisation', status: 'rawStatus' }, written };
const GRAPH: Mapping = {
  renamed: { 'nodes.taskId': 'nodes.id', 'nodes.status': 'nodes.rawStatus' },
  written,
};
const DELETION: Mapping = { renamed: { deletedTaskIds: 'deletedIds' }, written };

/** How an operation is asked over both doors, and where its answer is found. */
interface Answering {
  request: [method: string, path: RegExp];
  mapping: Mapping;
  /** What of the answer has to be found. @default all of it */
  said?: (answer: Recorded) => unknown;
  graphql: [operation: string, type: string];
  rest: [method: string, path: () => string, body?: Recorded, list?: string];
  /** True for a receipt: the gateway answers with the task that it reads back, so a new field of a receipt is drift alone. */
  isReceipt?: boolean;
}

let gateway: Gateway;
let simulator: Simulator;
let upstream: RecordingProxy;
let ada: GraphQLClient;
const ids = { task: '', blocked: '', goes: '', list: 'release 42' };

const NODE = ['taskId', 'title', 'status', 'dependsOn', 'dependents'];

/** The graph as the gateway shows it: nodes in a list, and what has no field under `graph` and the id of the node. */
function toShownGraph({ graph, ...head }: Recorded): unknown {
  const nodes = Object.entries(graph as Record<string, Recorded>);
  const rest = nodes.map(([id, node]) => [
    id,
    Object.fromEntries(Object.entries(node).filter(([name]) => !NODE.includes(name))),
  ]);
  const known = nodes.map(([, node]) => Object.fromEntries(NODE.map((name) => [name, node[name]])));
  return { ...head, nodes: known, graph: Object.fromEntries(rest) };
}

/** The list without what only describes it: the number of its tasks, the request, and ids that its tasks have too. */
function toTasks({
  tasks,
  count,
  taskIds,
  dependsOn: _,
  surprise: _surprise,
  ...unknown
}: Recorded): unknown {
  expect(unknown).toEqual({});
  expect((tasks as unknown[]).length).toBe(count);
  if (taskIds !== undefined) {
    expect((tasks as Recorded[]).map(({ taskId }) => taskId)).toEqual(taskIds);
  }
  return tasks;
}

const ANSWERING: Record<OperationName | `${OperationName} ${string}`, Answering> = {
  getTask: {
    request: ['GET', /\/tasks\/[\w-]+$/],
    mapping: TASK,
    graphql: ['query ($task: ID!) { answer: aiTask(id: $task)', 'AiTask'],
    rest: ['GET', () => `/v1/ai-tasks/${ids.task}`],
  },
  'getTask of a blocked task': {
    request: ['GET', /\/tasks\/[\w-]+$/],
    mapping: TASK,
    graphql: ['query ($blocked: ID!) { answer: aiTask(id: $blocked)', 'AiTask'],
    rest: ['GET', () => `/v1/ai-tasks/${ids.blocked}`],
  },
  listTasks: {
    request: ['GET', /\/tasks\?/],
    mapping: TASK,
    said: toTasks,
    graphql: ['{ answer: aiTasks', 'AiTask'],
    rest: ['GET', () => '/v1/ai-tasks', undefined, 'aiTasks'],
  },
  'listTasks by a dependency': {
    request: ['GET', /\/tasks\?.*dependsOn/],
    mapping: TASK,
    said: toTasks,
    graphql: ['query ($task: ID!) { answer: aiTasks(filter: { dependsOn: $task })', 'AiTask'],
    rest: ['GET', () => `/v1/ai-tasks?dependsOn=${ids.task}`, undefined, 'aiTasks'],
  },
  getDependencyGraph: {
    request: ['GET', /\/dependency-graph$/],
    mapping: GRAPH,
    said: toShownGraph,
    graphql: ['query ($list: ID!) { answer: aiTaskGraph(taskListId: $list)', 'AiTaskGraph'],
    rest: ['GET', () => `/v1/ai-task-lists/${encodeURIComponent(ids.list)}/graph`],
  },
  createTask: {
    request: ['POST', /\/tasks$/],
    mapping: TASK,
    isReceipt: true,
    graphql: ['mutation { answer: createAiTask(input: { title: "new" })', 'AiTask'],
    rest: ['POST', () => '/v1/ai-tasks', { title: 'new' }],
  },
  updateTask: {
    request: ['PUT', /\/tasks\/[\w-]+$/],
    mapping: TASK,
    isReceipt: true,
    graphql: ['mutation ($task: ID!) { answer: updateAiTask(id: $task, input: { title: "n" })', 'AiTask'],
    rest: ['PATCH', () => `/v1/ai-tasks/${ids.task}`, { title: 'n' }],
  },
  deleteTask: {
    request: ['DELETE', /\/tasks\//],
    mapping: DELETION,
    isReceipt: true,
    said({ deleted, deletedCount, ...answer }) {
      expect([deleted, deletedCount]).toEqual([true, (answer.deletedTaskIds as string[]).length]);
      return answer;
    },
    graphql: ['mutation ($goes: ID!) { answer: deleteAiTask(id: $goes)', 'DeleteAiTaskPayload'],
    rest: ['DELETE', () => `/v1/ai-tasks/${ids.goes}`],
  },
};

async function overGraphql({ graphql: [operation, type] }: Answering): Promise<unknown> {
  const variables = Object.fromEntries(
    Object.entries(ids).filter(([name]) => operation.includes(`$${name}:`)),
  );
  return (await ada.ask<Recorded>(`${operation} ${everyField(type)} }`, variables)).answer;
}

async function overRest({ rest: [method, path, body, list] }: Answering): Promise<unknown> {
  const response = await ada.request(path(), { method, ...(body && { body: JSON.stringify(body) }) });
  const answer = (await response.json()) as Recorded;
  if (!response.ok) throw new Error(`${path()} answered ${response.status}: ${JSON.stringify(answer)}`);
  return list === undefined ? answer : answer[list];
}

/** What the upstream's last answer to an operation says. */
function saidUpstream({ request, said = (answer) => answer }: Answering): unknown {
  return said(upstream.lastMatching(...request));
}

function make(fields: Recorded = {}): string {
  return simulator.quantcdn.createTask(ORGANISATION, { title: 'a task', taskListId: ids.list, ...fields });
}

beforeAll(async () => {
  simulator = await startSimulator({ pace: 'instant' });
  upstream = await recordingProxy(simulator.quantCdnUrl);
  gateway = await bootGateway({
    upstream: simulator,
    polls: false,
    env: { QUANTCDN_BASE_URL: upstream.url, GRAPHQL_MAX_TOKENS: '5000' },
  });
  ada = await gateway.signUpWithCredentials();
  const first = make();
  ids.task = make({
    ...{
      description: 'From the text',
      assignedAgentId: 'writer',
      createdByAgentId: 'lead',
      dependsOn: [first],
    },
    metadata: { priority: 'high', deep: [{ n: 1.5 }] },
  });
  simulator.quantcdn.updateTask(ids.task, {
    status: 'in_progress',
    progress: 0.5,
    progressMessage: '2 of 4',
  });
  simulator.quantcdn.updateTask(ids.task, {
    ...{ status: 'completed', result: { words: 3 }, error: 'none', retryCount: 1, maxRetries: 5 },
  });
  ids.blocked = make({ dependsOn: [ids.task] });
  simulator.quantcdn.updateTask(ids.blocked, {
    ...{ status: 'blocked', blockedReason: 'waits', blockedByTaskIds: [first] },
  });
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await simulator.close();
});

afterEach(() => simulator.faults.clear());

describe.each(Object.entries(ANSWERING))('%s', (name, operation) => {
  test.each([
    ['GraphQL', overGraphql],
    ['REST', overRest],
  ])('each value of the answer is found over %s', async (_door, ask) => {
    ids.goes = make();
    const answer = await ask(operation);
    const said = saidUpstream(operation);
    expect(leavesOf(said).length).toBeGreaterThan(0);
    expect(homeless(said, answer, operation.mapping)).toEqual([]);
  });

  test.skipIf(operation.isReceipt)('so is each value of fields that no one knows yet', async () => {
    const [operationName] = name.split(' ');
    for (const ask of [overGraphql, overRest]) {
      simulator.faults.add({ kind: 'extraFields', match: { operation: operationName } });
      const answer = await ask(operation);
      const said = saidUpstream(operation);
      expect(leavesOf(said).filter(({ path }) => path.includes('surprise'))).not.toEqual([]);
      expect(homeless(said, answer, operation.mapping)).toEqual([]);
    }
  });
});

test('each field of a task has a value in one of the answers', async () => {
  const names = new Set<string>();
  const filled = new Set<string>();
  for (const id of [ids.task, ids.blocked]) {
    await ada.request(`/v1/ai-tasks/${id}`);
    for (const [name, value] of Object.entries(upstream.lastMatching('GET', /\/tasks\/[\w-]+$/))) {
      names.add(name);
      if (leavesOf(value).length > 0) filled.add(name);
    }
  }
  expect([...names].filter((name) => !filled.has(name))).toEqual([]);
});
