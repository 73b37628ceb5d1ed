import { globSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type FaultRule, type Simulator, seededAccount, seededQuantCdnToken } from '../../simulator/index.ts';
import { type AiGateway, bootAi, CREATE_AI_TASK } from '../support/ai-gateway.ts';
import {
  deploymentsOf,
  linkedTask,
  listRunOf,
  RUN_LIST,
  RUN_TASK,
  STOP_LIST,
  taskRunOf,
  updatesOf,
} from '../support/ai-task-runs.ts';
import { openChat } from '../support/chat.ts';
import type { GraphQLClient } from '../support/client.ts';
import {
  saveCredential,
  saveQuantCdn,
  UPDATE_CREDENTIAL,
  VERIFY_CREDENTIAL,
} from '../support/credentials.ts';
import type { EventStreamClient } from '../support/sse-client.ts';
import { figures, statedCalls, type Values } from './costs.ts';

/** A user with both credentials, an agent and a task. */
interface World extends AiGateway {
  agentId: string;
  taskId: string;
}

/** An operation of a client, whose upstream calls are counted. */
type Work = () => Promise<unknown>;

/** Operations as the tables of docs/upstream-costs.md name them, what the letters of their figures stand for, and each of them done. */
type Row = [operation: string, where: Values, works: (world: World) => Promise<Work[]>];

const AGENT =
  'mutation ($key: String) { made: createAgent(input: { name: "Finch" }, idempotencyKey: $key) { id } }';
const TASK = `mutation ($agentId: ID!, $key: String) {
  made: createTask(input: { agentId: $agentId, name: "t", prompt: "p" }, idempotencyKey: $key) { id }
}`;
const PROMPT = `mutation ($id: ID!, $key: String) {
  promptDeployment(id: $id, prompt: "and now?", idempotencyKey: $key) { id }
}`;
const FOLLOW = 'subscription ($id: ID!) { deploymentEvents(deploymentId: $id) { id } }';
const FOLLOW_LIST = 'subscription { aiTaskChanged(taskListId: "l") { id } }';
const LINK = `mutation ($aiTaskId: ID!, $taskId: ID) {
  linkAiTask(aiTaskId: $aiTaskId, taskId: $taskId) { id }
}`;

async function get(user: GraphQLClient, path: string): Promise<void> {
  const response = await user.request(path);
  expect(response.status, path).toBe(200);
}

async function made(user: GraphQLClient, query: string, variables = {}): Promise<string> {
  return (await user.ask<{ made: { id: string } }>(query, variables)).made.id;
}

/** Reads the first item of a subscription. */
async function hear(user: GraphQLClient, query: string, variables = {}): Promise<void> {
  await using stream = user.subscribe(query, variables);
  await stream.next();
}

/** Waits until an event stream has begun. */
async function beginStream(opening: Promise<EventStreamClient>): Promise<void> {
  await using stream = await opening;
  expect(stream.status).toBe(200);
}

/** Another user of the same account, whose log has no deployments of the first one. */
function stranger({ gateway }: World): Promise<GraphQLClient> {
  return gateway.signUpWithCredential('bob@example.com');
}

const BOTH: Row[] = [
  [
    'users, sessions, service accounts, audit log, pages of events, transcripts, watch tokens of tracked deployments, myDeployments, usage, budgets, the list of credentials',
    {},
    async ({ ada, taskId }) => [
      () => ada.graphql('{ transcript(deploymentId: "A-1") { readAt } }'),
      () => ada.ask('{ myDeployments { nodes { id status taskId prompt } } }'),
      () => ada.ask('{ usage(groupBy: DAY) { key inputTokens } budgets { id usedTokens } }'),
      () => get(ada, `/v1/deployments?status=QUEUED&taskId=${taskId}`),
      () =>
        ada.ask('{ viewer { id credentials { id status } } deploymentEvents(after: "0") { nodes { id } } }'),
      () => get(ada, '/v1/sessions'),
      () => get(ada, '/v1/events'),
    ],
  ],
  [
    'save a credential, verify it, give it a new token',
    {},
    async ({ ada }) => {
      const { id } = await saveCredential(ada, { label: 'another' });
      const input = { apiToken: seededAccount.apiToken };
      return [
        () => saveCredential(ada),
        () => ada.ask(VERIFY_CREDENTIAL, { id }),
        () => ada.ask(UPDATE_CREDENTIAL, { id, input }),
      ];
    },
  ],
  [
    'list agents, tasks or deployments; read an agent, a task, a deployment, a conversation or a chat',
    {},
    async ({ ada, agentId, taskId }) => {
      const id = await ada.deploy(taskId);
      const started = async () =>
        (await (await ada.request(`/v1/deployments/${id}`)).json()).status !== 'QUEUED';
      while (!(await started())) await pause(20);
      return [
        () => ada.ask('{ agents { id name } }'),
        () => ada.ask('{ tasks { id name } }'),
        () => ada.ask('query ($id: ID!) { deployments(taskId: $id) { id status } }', { id: taskId }),
        () => ada.ask('query ($id: ID!) { agent(id: $id) { name } }', { id: agentId }),
        () => ada.ask('query ($id: ID!) { task(id: $id) { name } }', { id: taskId }),
        () => ada.ask('query ($id: ID!) { deployment(id: $id) { status } }', { id }),
        () => get(ada, `/v1/deployments/${id}/conversation`),
        () => get(ada, `/v1/deployments/${id}/chat`),
      ];
    },
  ],
  [
    'create or delete an agent, a task or a deployment (deploy)',
    {},
    async ({ ada, agentId, taskId }) => {
      const [agent, task, deployment] = [
        await made(ada, AGENT),
        await made(ada, TASK, { agentId }),
        await ada.deploy(taskId),
      ];
      await ada.ask('mutation ($id: ID!) { stopDeployment(id: $id) { id } }', { id: deployment });
      return [
        () => made(ada, AGENT),
        () => made(ada, TASK, { agentId }),
        () => ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id: deployment }),
        () => ada.ask('mutation ($id: ID!) { deleteTask(id: $id) }', { id: task }),
        () => ada.ask('mutation ($id: ID!) { deleteAgent(id: $id) }', { id: agent }),
        () => ada.deploy(taskId),
      ];
    },
  ],
  [
    'the same create again with its idempotency key',
    {},
    async ({ ada, agentId, taskId }) => {
      const key = 'k';
      const works = [
        () => made(ada, AGENT, { key }),
        () => made(ada, TASK, { agentId, key }),
        () => ada.deploy(taskId, { key }),
      ];
      for (const work of works) await work();
      return works;
    },
  ],
  [
    'update an agent or a task',
    {},
    async ({ ada, agentId, taskId }) => [
      () =>
        ada.ask('mutation ($id: ID!) { updateAgent(id: $id, input: { name: "Wren" }) { id } }', {
          id: agentId,
        }),
      () =>
        ada.ask('mutation ($id: ID!) { updateTask(id: $id, input: { name: "other" }) { id } }', {
          id: taskId,
        }),
    ],
  ],
  [
    'prompt or stop a deployment',
    {},
    async ({ ada, taskId }) => {
      const id = await ada.deploy(taskId);
      return [
        () => ada.ask(PROMPT, { id }),
        () => ada.ask('mutation ($id: ID!) { stopDeployment(id: $id) { id } }', { id }),
      ];
    },
  ],
  [
    'prompt a deployment the gateway does not know yet',
    {},
    async (world) => {
      const id = await world.ada.deploy(world.taskId);
      const bob = await stranger(world);
      return [() => bob.ask(PROMPT, { id })];
    },
  ],
  [
    'the same prompt again with its idempotency key',
    {},
    async ({ ada, taskId }) => {
      const id = await ada.deploy(taskId);
      const work = () => ada.ask(PROMPT, { id, key: 'k' });
      await work();
      return [work];
    },
  ],
  [
    'send a message of a chat',
    {},
    async ({ ada, gateway, simulator, taskId }) => {
      const id = await ada.deploy(taskId);
      simulator.control.endDeployment(id);
      return [() => beginStream(openChat(gateway.url, ada, id).send('one', 'and now?'))];
    },
  ],
  [
    'follow a deployment the gateway knows, or join its chat',
    {},
    async ({ ada, gateway, taskId }) => {
      const id = await ada.deploy(taskId);
      return [() => hear(ada, FOLLOW, { id }), () => beginStream(openChat(gateway.url, ada, id).join())];
    },
  ],
  [
    'follow one it does not know; all of a task',
    {},
    async (world) => {
      const { ada, taskId } = world;
      const id = await ada.deploy(taskId);
      const bob = await stranger(world);
      return [
        () => hear(bob, FOLLOW, { id }),
        () => hear(ada, 'subscription ($id: ID!) { deploymentEvents(taskId: $id) { id } }', { id: taskId }),
      ];
    },
  ],
  [
    'save a QuantCDN credential, verify it, give it a new token',
    {},
    async ({ ada }) => {
      const { id } = await saveQuantCdn(ada, { label: 'another' });
      const input = { apiToken: seededQuantCdnToken.token };
      return [
        () => saveQuantCdn(ada),
        () => ada.ask(VERIFY_CREDENTIAL, { id }),
        () => ada.ask(UPDATE_CREDENTIAL, { id, input }),
      ];
    },
  ],
  [
    'the same createAiTask again with its idempotency key',
    {},
    async ({ ada }) => {
      const work = () => ada.ask(CREATE_AI_TASK, { input: { title: 'new' }, key: 'k' });
      await work();
      return [work];
    },
  ],
  [
    'follow a list that has no follower yet',
    {},
    async ({ ada, ...world }) => {
      world.made({ taskListId: 'l' });
      return [() => hear(ada, FOLLOW_LIST)];
    },
  ],
  [
    'follow a list that is followed already',
    {},
    async ({ ada, ...world }) => {
      world.made({ taskListId: 'l' });
      await hear(ada, FOLLOW_LIST);
      return [() => hear(ada, FOLLOW_LIST)];
    },
  ],
  ["a page of a list's events", {}, async ({ ada }) => [() => get(ada, '/v1/ai-task-lists/l/events')]],
  [
    'linkAiTask',
    {},
    async ({ ada, taskId, ...world }) => {
      const aiTaskId = world.made();
      return [() => ada.ask(LINK, { aiTaskId, taskId })];
    },
  ],
  [
    'linkAiTask to nothing',
    {},
    async ({ ada, taskId, simulator }) => {
      const aiTaskId = linkedTask(simulator, { taskId });
      return [() => ada.ask(LINK, { aiTaskId, taskId: null })];
    },
  ],
  [
    'begin runAiTask of a task with D dependencies',
    { D: 2 },
    async ({ ada, taskId, simulator, ...world }) => {
      const dependsOn = [world.made({ status: 'completed' }), world.made({ status: 'completed' })];
      const id = linkedTask(simulator, { taskId, dependsOn });
      return [() => ada.ask(RUN_TASK, { id })];
    },
  ],
  [
    'begin runAiTaskList of tasks that were linked here',
    {},
    async ({ ada, taskId, ...world }) => {
      for (const aiTaskId of [world.made({ taskListId: 'l' }), world.made({ taskListId: 'l' })]) {
        await ada.ask(LINK, { aiTaskId, taskId });
      }
      return [() => ada.ask(RUN_LIST, { id: 'l' })];
    },
  ],
  [
    'begin runAiTaskList with N tasks that were linked elsewhere',
    { N: 2 },
    async ({ ada, taskId, simulator }) => {
      for (const title of ['one', 'two']) linkedTask(simulator, { taskId, title, taskListId: 'l' });
      return [() => ada.ask(RUN_LIST, { id: 'l' })];
    },
  ],
  [
    'aiTaskListRun, stopAiTaskList',
    {},
    async ({ ada, taskId, simulator }) => {
      linkedTask(simulator, { taskId, taskListId: 'l' });
      await ada.ask(RUN_LIST, { id: 'l' });
      return [() => listRunOf(ada, 'l'), () => ada.ask(STOP_LIST, { id: 'l' })];
    },
  ],
];

const CREATE = '/deployments/create';
const RUN = 'carry one run to its end, with C messages of progress on the way';

describe('docs/upstream-costs.md states what is asked upstream', () => {
  test.each(BOTH)('%s', async (operation, where, works) => {
    await using running = await bootAi();
    const { ada, simulator } = running;
    simulator.control.setCapacity(seededAccount.organizations[0]?.id ?? '', 9);
    const agentId = await made(ada, AGENT);
    const taskId = await made(ada, TASK, { agentId });
    for (const [index, work] of (await works({ ...running, agentId, taskId })).entries()) {
      simulator.calls.reset();
      await work();
      const paths = Object.keys(simulator.calls.counts().byPath).join(' ');
      expect([index, simulator.calls.counts().total], paths).toEqual([index, statedCalls(operation, where)]);
    }
  });

  test(RUN, async () => {
    await using running = await bootAi({ polls: true });
    const { ada, simulator } = running;
    const id = linkedTask(simulator, { taskId: await ada.createTask() });
    simulator.calls.reset();
    await ada.ask(RUN_TASK, { id });
    while (simulator.quantcdn.task(id)?.status !== 'completed') await pause(20);
    const conversations = () => simulator.calls.count('/conversation/read');
    while (conversations() < 2) await pause(20);
    const { byOperation = {}, byPath } = simulator.calls.counts();
    const ofAiTasks = Object.values(byOperation).reduce((sum, count) => sum + count, 0);
    const ofAgents = Object.entries(byPath)
      .filter(([path]) => path.endsWith('/deployments/create') || path.includes('conversation'))
      .reduce((sum, [, count]) => sum + count, 0);
    const progress = updatesOf(simulator, id).filter(({ status }) => status === undefined).length;
    expect(progress).toBeGreaterThan(0);
    const toBegin = statedCalls('begin runAiTask of a task with D dependencies', { D: 0 });
    // The transcript and the usage of the deployment are one read, which is counted with polling.
    expect(ofAiTasks + ofAgents - 1 - toBegin).toBe(statedCalls(RUN, { C: progress }));
    while ((await taskRunOf(ada, id))?.status !== 'COMPLETED') await pause(20);
  });

  describe('a stop of a list run', () => {
    /** A list run of one task, whose deployment never ends by itself. */
    async function bootListRun(fault?: FaultRule) {
      const running = await bootAi({ polls: true, simulator: { script: { endless: true } } });
      const { ada, simulator } = running;
      if (fault !== undefined) simulator.faults.add(fault);
      const taskId = await ada.createTask();
      const id = linkedTask(simulator, { taskId, taskListId: 'l' });
      await ada.ask(RUN_LIST, { id: 'l' });
      return { ...running, id, taskId };
    }

    const stop = (ada: GraphQLClient) => ada.ask(STOP_LIST, { id: 'l', stopDeployments: true });
    /** Calls that stop a deployment, or read one: those of the worker's own looks at its end are beside them. */
    const stopsIn = ({ calls }: Simulator) => calls.count('/deployments/stop');

    test('stopAiTaskList with stopDeployments and one running deployment', async () => {
      await using booted = await bootListRun();
      const { ada, simulator } = booted;
      const isRunning = async () => (await listRunOf(ada, 'l')).runs[0]?.status === 'RUNNING';
      while (!(await isRunning())) await pause(20);
      await booted.gateway.deps.poller.stop();
      simulator.calls.reset();
      await stop(ada);
      expect(simulator.calls.counts().total).toBe(
        statedCalls('stopAiTaskList with stopDeployments and one running deployment'),
      );
    });

    test('after a stop, a run that has claimed its AI task and deployed nothing', async () => {
      await using booted = await bootListRun({ kind: 'capacity', match: { path: CREATE }, times: 'forever' });
      const { ada, simulator, id } = booted;
      const isWaiting = async () => (await listRunOf(ada, 'l')).runs[0]?.reason === 'UPSTREAM_NO_CAPACITY';
      while (!(await isWaiting())) await pause(20);
      simulator.calls.reset();
      await stop(ada);
      while ((await listRunOf(ada, 'l')).status !== 'STOPPED') await pause(20);
      const { byOperation = {} } = simulator.calls.counts();
      expect(updatesOf(simulator, id).map(({ status }) => status)).toEqual(['pending']);
      expect((byOperation.getTask ?? 0) + (byOperation.updateTask ?? 0)).toBe(
        statedCalls('after a stop, a run that has claimed its AI task and deployed nothing'),
      );
      expect(stopsIn(simulator)).toBe(0);
    });

    test('after a stop with stopDeployments, a deployment that was only being created', async () => {
      await using booted = await bootListRun({ kind: 'slow', delayMs: 400, match: { path: CREATE } });
      const { ada, simulator, taskId } = booted;
      const stops: string[] = [];
      while (deploymentsOf(simulator, taskId).length === 0) await pause(20);
      await stop(ada);
      expect(stopsIn(simulator)).toBe(0);
      while ((await listRunOf(ada, 'l')).status !== 'STOPPED') await pause(20);
      // The stop is followed at once by a read of the deployment; other reads are looks of its watch.
      for (const [index, { path }] of simulator.calls.all().entries()) {
        if (!path.endsWith('/deployments/stop')) continue;
        const next = simulator.calls
          .all()
          .slice(index + 1)
          .find((call) => call.path.endsWith('/deployments/read'));
        stops.push(path, next?.path ?? 'no read');
      }
      expect(stops).toHaveLength(
        statedCalls('after a stop with stopDeployments, a deployment that was only being created'),
      );
      expect(stops[1]).toMatch(/read$/);
    });
  });

  test('and every figure is asserted', () => {
    const project = new URL('../..', import.meta.url);
    const tests = globSync(
      ['test/docs/upstream-calls.test.ts', 'test/integration/agents/upstream-calls.test.ts'],
      {
        cwd: project,
      },
    )
      .map((file) => readFileSync(new URL(file, project), 'utf8'))
      .join('\n');
    expect(figures.size).toBeGreaterThan(30);
    const quoted = (name: string): boolean => tests.includes(`'${name}'`) || tests.includes(`"${name}"`);
    expect([...figures.keys()].filter((name) => !quoted(name))).toEqual([]);
  });
});
