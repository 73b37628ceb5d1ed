import { expect, test } from 'vitest';
import { statedCalls, type Values } from '../../docs/costs.ts';
import {
  type AiGateway,
  bootAi,
  CLAIM_AI_TASK,
  CREATE_AI_TASK,
  DELETE_AI_TASK,
  READ_AI_TASK,
  UPDATE_AI_TASK,
} from '../../support/ai-gateway.ts';

/** Two finished tasks of a list, and one that needs both; one of the two is in another list. */
function plant({ made }: AiGateway) {
  const [first, outside] = [
    made({ taskListId: 'l', status: 'completed' }),
    made({ taskListId: 'other', status: 'completed' }),
  ];
  const last = made({ taskListId: 'l', dependsOn: [first], metadata: { a: 1 } });
  return { first, last, outside };
}

type Planted = ReturnType<typeof plant>;

interface Row {
  /** As docs/upstream-costs.md names it. */
  operation: string;
  /** What the letters of its figure stand for here. */
  where?: Values;
  query: string;
  variables?: (planted: Planted) => Record<string, unknown>;
  calls: Record<string, number>;
}

/** What every operation costs upstream. docs/upstream-costs.md states the same figures, or these tests fail. */
const TABLE: Row[] = [
  {
    operation: 'aiTasks, fields of the list item',
    query: `{ aiTasks {
      id organisation taskListId title description status rawStatus assignedAgentId progress blockedReason blockedByTaskIds
      createdAt updatedAt isGone cursor
    } }`,
    calls: { listTasks: 1 },
  },
  {
    operation: 'aiTasks, any other fields of N tasks',
    where: { N: 3 },
    query: '{ aiTasks { id metadata isReady startedAt dependsOn error result } }',
    calls: { listTasks: 1, getTask: 3 },
  },
  {
    operation: 'aiTasks with the dependencies of N tasks, all of them in the list',
    where: { N: 3 },
    query: '{ aiTasks { title dependsOn dependencies { title metadata dependencies { id } } isReady } }',
    calls: { listTasks: 1, getTask: 3 },
  },
  {
    operation: 'aiTasks with the dependents of N tasks',
    where: { N: 3 },
    query: '{ aiTasks { title dependents { title status } } }',
    calls: { listTasks: 4 },
  },
  {
    operation: 'aiTask',
    query: READ_AI_TASK,
    variables: ({ last: id }) => ({ id }),
    calls: { getTask: 1 },
  },
  {
    operation: 'aiTask with its D dependencies',
    where: { D: 1 },
    query: 'query ($id: ID!) { aiTask(id: $id) { metadata isReady dependencies { id status dependsOn } } }',
    variables: ({ last: id }) => ({ id }),
    calls: { getTask: 2 },
  },
  {
    operation: 'aiTask with only the ids of its D dependencies',
    where: { D: 1 },
    query:
      'query ($id: ID!) { aiTask(id: $id) { metadata dependsOn dependencies { __typename ...Key } } } fragment Key on AiTask { id }',
    variables: ({ last: id }) => ({ id }),
    calls: { getTask: 1 },
  },
  {
    operation: 'aiTasks with only the ids of the dependents of N tasks',
    where: { N: 3 },
    query: '{ aiTasks { title dependents { id } } }',
    calls: { listTasks: 4 },
  },
  {
    operation: 'aiTaskLists',
    query: '{ aiTaskLists { id taskCount counts { pending } lastSeenAt } }',
    calls: {},
  },
  {
    operation: 'aiTaskGraph',
    query: `{ aiTaskGraph(taskListId: "l") {
      taskCount roots leaves nodes { id status } done running ready blocked { id by } unreachable { id because } criticalPath cycles stages groups
    } }`,
    calls: { getDependencyGraph: 1 },
  },
  {
    operation: 'aiTaskGraph with the N tasks themselves',
    where: { N: 2 },
    query: '{ aiTaskGraph(taskListId: "l") { nodes { id task { metadata dependencies { id } } } } }',
    calls: { getDependencyGraph: 1, getTask: 2 },
  },
  {
    operation: 'createAiTask',
    query: CREATE_AI_TASK,
    variables: () => ({ input: { title: 'new' } }),
    calls: { createTask: 1, getTask: 1 },
  },
  {
    operation: 'createAiTask with D dependencies',
    where: { D: 2 },
    query: CREATE_AI_TASK,
    variables: ({ first, outside }) => ({ input: { title: 'new', dependsOn: [first, outside] } }),
    calls: { createTask: 1, getTask: 3 },
  },
  {
    operation: 'updateAiTask',
    query: UPDATE_AI_TASK,
    variables: ({ last: id }) => ({ id, input: { title: 'renamed', taskListId: null, dependsOn: [] } }),
    calls: { updateTask: 1, getTask: 1 },
  },
  {
    operation: 'updateAiTask with nothing to change',
    query: UPDATE_AI_TASK,
    variables: ({ last: id }) => ({ id, input: {} }),
    calls: { getTask: 1 },
  },
  {
    operation: 'updateAiTask with metadataPatch',
    query: UPDATE_AI_TASK,
    variables: ({ last: id }) => ({ id, input: { metadataPatch: { b: 2 } } }),
    calls: { updateTask: 1, getTask: 2 },
  },
  {
    operation: 'updateAiTask with dependencies it has already',
    query: UPDATE_AI_TASK,
    variables: ({ last: id, first }) => ({ id, input: { dependsOn: [first] } }),
    calls: { updateTask: 1, getTask: 2 },
  },
  {
    operation: 'updateAiTask with new dependencies, P of them outside the list',
    where: { P: 1 },
    query: UPDATE_AI_TASK,
    variables: ({ last: id, first, outside }) => ({ id, input: { dependsOn: [first, outside] } }),
    calls: { updateTask: 1, getTask: 3, getDependencyGraph: 1 },
  },
  {
    operation: 'claimAiTask',
    query: CLAIM_AI_TASK,
    variables: ({ last: id }) => ({ id, agentId: 'agent-a' }),
    calls: { updateTask: 1, getTask: 2 },
  },
  {
    operation: 'deleteAiTask, with cascade too',
    query: DELETE_AI_TASK,
    variables: ({ first: id }) => ({ id, cascade: true }),
    calls: { deleteTask: 1 },
  },
];

function total(calls: Record<string, number>): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

test.each(TABLE)('$operation', async ({ operation, where, query, variables, calls }) => {
  expect(statedCalls(operation, where), 'the figure of docs/upstream-costs.md').toBe(total(calls));
  await using running = await bootAi();
  const planted = plant(running);

  // The engine compiles an operation it meets again: that must not cost anything else.
  const rounds = query.startsWith('mutation') ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    expect(await running.costOf(() => running.ada.ask(query, variables?.(planted)))).toEqual(calls);
  }
});

test('a graph costs one more call for BLOCKED tasks, and one per outside dependency', async () => {
  await using running = await bootAi();
  const { made, ada } = running;
  const outside = [made({ taskListId: 'other' }), made({ taskListId: 'other' })];
  made({ taskListId: 'l', dependsOn: outside });
  made({ taskListId: 'l', dependsOn: outside.slice(1), status: 'blocked', blockedByTaskIds: outside });

  const cost = await running.costOf(() => ada.ask('{ aiTaskGraph(taskListId: "l") { ready } }'));

  expect(cost).toEqual({ getDependencyGraph: 1, listTasks: 1, getTask: 2 });
  const operation = 'aiTaskGraph with tasks blocked by hand, and P prerequisites outside the list';
  expect(statedCalls(operation, { P: 2 }), 'the figure of docs/upstream-costs.md').toBe(total(cost));
});

test('equal reads in one operation are one upstream call, in mutations too', async () => {
  await using running = await bootAi();
  const { last } = plant(running);

  const cost = await running.costOf(() =>
    running.ada.ask(
      `query ($id: ID!) { a: aiTasks { metadata } b: aiTasks { error } c: aiTasks { dependencies { metadata } }
        d: aiTaskGraph(taskListId: "l") { nodes { task { isReady } } } e: aiTask(id: $id) { dependencies { id } } }`,
      { id: last },
    ),
  );

  // Equal lists are shared while they are under way; the task that is asked for by id is read besides.
  expect(cost).toMatchObject({ listTasks: 1, getDependencyGraph: 1 });
  expect(cost.getTask).toBeLessThanOrEqual(4);
});
