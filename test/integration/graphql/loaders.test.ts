import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';

const AGENTS = 5;
const TASKS = 50;
const DEPLOYMENTS = 20;

interface Made {
  made: { id: string };
}

async function createAgent(ada: GraphQLClient, name: string): Promise<string> {
  return (
    await ada.ask<Made>('mutation ($name: String!) { made: createAgent(input: { name: $name }) { id } }', {
      name,
    })
  ).made.id;
}

async function createTask(ada: GraphQLClient, agentId: string, name: string): Promise<string> {
  return (
    await ada.ask<Made>(
      'mutation ($agentId: ID!, $name: String!) { made: createTask(input: { agentId: $agentId, name: $name, prompt: "Go" }) { id } }',
      { agentId, name },
    )
  ).made.id;
}

/** Agents with tasks, evenly given out. */
async function fill(ada: GraphQLClient, tasks: number): Promise<{ agentIds: string[]; taskIds: string[] }> {
  const agentIds = await Promise.all(
    Array.from({ length: AGENTS }, (_, index) => createAgent(ada, `agent ${index}`)),
  );
  const taskIds = await Promise.all(
    Array.from({ length: tasks }, (_, index) =>
      createTask(ada, agentIds[index % AGENTS] ?? '', `task ${index}`),
    ),
  );
  return { agentIds, taskIds };
}

/** What an operation costs upstream, by path. */
async function costOf(gateway: Gateway, work: () => Promise<unknown>): Promise<Record<string, number>> {
  gateway.simulator.calls.reset();
  await work();
  return gateway.simulator.calls.counts().byPath;
}

test('50 tasks with their 5 agents cost one list of tasks and one of agents', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  await fill(ada, TASKS);

  const cost = await costOf(gateway, async () => {
    const { tasks } = await ada.ask<{ tasks: { agentId: string; agent: { id: string } }[] }>(
      '{ tasks { agentId agent { id name } } }',
    );
    expect(tasks).toHaveLength(TASKS);
    expect(tasks.every(({ agentId, agent }) => agentId === agent.id)).toBe(true);
  });

  expect(cost).toEqual({ '/agents/tasks/list': 1, '/agents/list': 1 });
});

test('20 deployments with their tasks and agents cost one read per distinct object', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { taskIds } = await fill(ada, 1);
  const [taskId = ''] = taskIds;
  await Promise.all(Array.from({ length: DEPLOYMENTS }, () => ada.deploy(taskId)));

  const cost = await costOf(gateway, async () => {
    const { deployments } = await ada.ask<{ deployments: unknown[] }>(
      'query ($id: ID!) { deployments(taskId: $id) { id task { id agent { id } } agent { name } } }',
      { id: taskId },
    );
    expect(deployments).toHaveLength(DEPLOYMENTS);
  });

  expect(cost['/agents/deployments/list']).toBe(1);
  expect(cost['/agents/tasks/read']).toBe(1);
  expect(cost['/agents/read']).toBe(1);
  expect(Object.keys(cost)).toHaveLength(3);
});

test('agents with their tasks, and the agents of those, cost two lists', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  await fill(ada, 10);

  const cost = await costOf(gateway, () => ada.ask('{ agents { id tasks { id agent { id } } } }'));

  expect(cost['/agents/tasks/list']).toBe(1);
  expect(cost['/agents/list']).toBeLessThanOrEqual(2);
  expect(Object.keys(cost)).toHaveLength(2);
});

test('a failing object nulls its own field only, with code and path', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { agentIds, taskIds } = await fill(ada, 3);
  await ada.ask('mutation ($id: ID!) { deleteAgent(id: $id) }', { id: agentIds[1] });

  // The engine compiles a document it meets again, and must answer the same.
  for (let round = 0; round < 3; round += 1) {
    const { data, errors } = await ada.graphql('{ tasks { id agent { id } } }');

    expect(data).toEqual({
      tasks: [
        { id: taskIds[0], agent: { id: agentIds[0] } },
        { id: taskIds[1], agent: null },
        { id: taskIds[2], agent: { id: agentIds[2] } },
      ],
    });
    expect(errors).toEqual([
      {
        message: 'Agent not found',
        path: ['tasks', 1, 'agent'],
        locations: expect.anything(),
        extensions: { code: 'NOT_FOUND', requestId: expect.any(String) },
      },
    ]);
  }
});

test('a second operation reads anew: loaders do not outlive their operation', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const { agentIds, taskIds } = await fill(ada, 1);
  const read = 'query ($id: ID!) { task(id: $id) { agent { name } } }';
  await ada.ask(read, { id: taskIds[0] });
  await ada.ask('mutation ($id: ID!) { updateAgent(id: $id, input: { name: "renamed" }) { id } }', {
    id: agentIds[0],
  });

  expect(await ada.ask(read, { id: taskIds[0] })).toEqual({ task: { agent: { name: 'renamed' } } });
});
