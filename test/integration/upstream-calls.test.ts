import { expect, test } from 'vitest';
import {
  type AiGateway,
  bootAi,
  CLAIM_AI_TASK,
  CREATE_AI_TASK,
  DELETE_AI_TASK,
  READ_AI_TASK,
  UPDATE_AI_TASK,
} from '../support/ai-gateway.ts';

/** Two finished tasks of a list, and one that needs both; one of the two is in another list. */
const plant = ({ made }: AiGateway) => {
  const [first, outside] = [
    made({ taskListId: 'l', status: 'completed' }),
    made({ taskListId: 'other', status: 'completed' }),
  ];
  const last = made({ taskListId: 'l', dependsOn: [first], metadata: { a: 1 } });
  return { first, last, outside };
};

type Planted = ReturnType<typeof plant>;

interface Row {
  operation: string;
  query: string;
  variables?: (planted: Planted) => Record<string, unknown>;
  calls: Record<string, number>;
}

/** What every operation costs upstream: the table of the README. */
const TABLE: Row[] = [
  {
    operation: 'Query.aiTasks, fields of the list item',
    query: `{ aiTasks {
      id organisation taskListId title description status rawStatus assignedAgentId progress blockedReason blockedByTaskIds
      createdAt updatedAt isGone cursor
    } }`,
    calls: { listTasks: 1 },
  },
  {
    operation: 'Query.aiTasks, any other fields: one read for each of the N tasks',
    query: '{ aiTasks { id metadata isReady startedAt dependsOn error result } }',
    calls: { listTasks: 1, getTask: 3 },
  },
  {
    operation: 'Query.aiTasks with their dependencies: no task is read twice',
    query: '{ aiTasks { title dependsOn dependencies { title metadata dependencies { id } } isReady } }',
    calls: { listTasks: 1, getTask: 3 },
  },
  {
    operation: 'Query.aiTasks with their dependents: one look-up for each',
    query: '{ aiTasks { title dependents { title status } } }',
    calls: { listTasks: 4 },
  },
  {
    operation: 'Query.aiTask',
    query: READ_AI_TASK,
    variables: ({ last: id }) => ({ id }),
    calls: { getTask: 1 },
  },
  {
    operation: 'Query.aiTask with D dependencies: 1 + D',
    query: 'query ($id: ID!) { aiTask(id: $id) { metadata isReady dependencies { id status dependsOn } } }',
    variables: ({ last: id }) => ({ id }),
    calls: { getTask: 2 },
  },
  {
    operation: 'Query.aiTaskGraph',
    query: `{ aiTaskGraph(taskListId: "l") {
      taskCount roots leaves nodes { id status } done running ready blocked { id by } unreachable { id because } criticalPath cycles
    } }`,
    calls: { getDependencyGraph: 1 },
  },
  {
    operation: 'Query.aiTaskGraph with the tasks themselves: one read for each',
    query: '{ aiTaskGraph(taskListId: "l") { nodes { id task { metadata dependencies { id } } } } }',
    calls: { getDependencyGraph: 1, getTask: 2 },
  },
  {
    operation: 'Mutation.createAiTask',
    query: CREATE_AI_TASK,
    variables: () => ({ input: { title: 'new' } }),
    calls: { createTask: 1, getTask: 1 },
  },
  {
    operation: 'Mutation.createAiTask with D dependencies: D more',
    query: CREATE_AI_TASK,
    variables: ({ first, outside }) => ({ input: { title: 'new', dependsOn: [first, outside] } }),
    calls: { createTask: 1, getTask: 3 },
  },
  {
    operation: 'Mutation.updateAiTask',
    query: UPDATE_AI_TASK,
    variables: ({ last: id }) => ({ id, input: { title: 'renamed', taskListId: null, dependsOn: [] } }),
    calls: { updateTask: 1, getTask: 1 },
  },
  {
    operation: 'Mutation.updateAiTask with nothing to change',
    query: UPDATE_AI_TASK,
    variables: ({ last: id }) => ({ id, input: {} }),
    calls: { getTask: 1 },
  },
  {
    operation: 'Mutation.updateAiTask with metadataPatch, each try',
    query: UPDATE_AI_TASK,
    variables: ({ last: id }) => ({ id, input: { metadataPatch: { b: 2 } } }),
    calls: { updateTask: 1, getTask: 2 },
  },
  {
    operation: 'Mutation.updateAiTask with dependencies it has already: one read more',
    query: UPDATE_AI_TASK,
    variables: ({ last: id, first }) => ({ id, input: { dependsOn: [first] } }),
    calls: { updateTask: 1, getTask: 2 },
  },
  {
    operation: 'Mutation.updateAiTask with new dependencies: the graph, and a read for each outside the list',
    query: UPDATE_AI_TASK,
    variables: ({ last: id, first, outside }) => ({ id, input: { dependsOn: [first, outside] } }),
    calls: { updateTask: 1, getTask: 3, getDependencyGraph: 1 },
  },
  {
    operation: 'Mutation.claimAiTask',
    query: CLAIM_AI_TASK,
    variables: ({ last: id }) => ({ id, agentId: 'agent-a' }),
    calls: { updateTask: 1, getTask: 2 },
  },
  {
    operation: 'Mutation.deleteAiTask',
    query: DELETE_AI_TASK,
    variables: ({ first: id }) => ({ id, cascade: true }),
    calls: { deleteTask: 1 },
  },
];

test.each(TABLE)('$operation', async ({ query, variables, calls }) => {
  await using running = await bootAi();
  const planted = plant(running);

  // The engine compiles an operation it meets again: that must not cost anything else.
  const rounds = query.startsWith('mutation') ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    expect(await running.costOf(() => running.ada.ask(query, variables?.(planted)))).toEqual(calls);
  }
});

test('a graph costs one call more where tasks are blocked by hand, and one for each prerequisite outside', async () => {
  await using running = await bootAi();
  const { made, ada } = running;
  const outside = [made({ taskListId: 'other' }), made({ taskListId: 'other' })];
  made({ taskListId: 'l', dependsOn: outside });
  made({ taskListId: 'l', dependsOn: outside.slice(1), status: 'blocked', blockedByTaskIds: outside });

  const cost = await running.costOf(() => ada.ask('{ aiTaskGraph(taskListId: "l") { ready } }'));

  expect(cost).toEqual({ getDependencyGraph: 1, listTasks: 1, getTask: 2 });
});

test('equal things asked for in one operation are asked upstream once, in mutations too', async () => {
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
