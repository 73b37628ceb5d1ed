import { expect, test } from 'vitest';
import { seededQuantCdnToken } from '../../../simulator/index.ts';
import { type AiGateway, bootAi } from '../../support/ai-gateway.ts';

const LISTS = '{ aiTaskLists { id taskCount counts { pending inProgress completed unknown } lastSeenAt } }';
const NONE = { pending: 0, inProgress: 0, completed: 0, unknown: 0 };

async function listsOf({ ada }: Pick<AiGateway, 'ada'>) {
  const { aiTaskLists } = await ada.ask<{ aiTaskLists: { id: string }[] }>(LISTS);
  return aiTaskLists.toSorted((one, other) => one.id.localeCompare(other.id));
}

test('Query.aiTaskLists counts lists that were created in, listed or analyzed, without an upstream call', async () => {
  await using running = await bootAi();
  const { ada, made, simulator, costOf } = running;
  for (const status of ['PENDING', 'COMPLETED']) {
    await ada.ask(
      'mutation ($s: AiTaskStatus) { createAiTask(input: { title: "t", taskListId: "created", status: $s }) { id } }',
      {
        s: status,
      },
    );
  }
  const gone = made({ taskListId: 'listed' });
  made({ taskListId: 'listed', status: 'in_progress' });
  made({ taskListId: 'graphed', status: 'hibernating' });
  made({ taskListId: 'never seen' });
  await ada.ask(
    '{ aiTasks(filter: { taskListId: "listed" }) { title } aiTaskGraph(taskListId: "graphed") { taskCount } }',
  );

  const at = { lastSeenAt: expect.stringMatching(/Z$/) };
  const cost = await costOf(async () => {
    expect(await listsOf(running)).toEqual([
      { id: 'created', taskCount: 2, counts: { ...NONE, pending: 1, completed: 1 }, ...at },
      { id: 'graphed', taskCount: 1, counts: { ...NONE, unknown: 1 }, ...at },
      { id: 'listed', taskCount: 2, counts: { ...NONE, pending: 1, inProgress: 1 }, ...at },
    ]);
    const answer = await ada.request('/v1/ai-task-lists');
    expect(await answer.json()).toMatchObject({
      aiTaskLists: expect.arrayContaining([
        {
          id: 'created',
          taskCount: 2,
          ...at,
          counts: { ...NONE, pending: 1, completed: 1, failed: 0, cancelled: 0, blocked: 0 },
        },
      ]),
    });
  });
  expect(cost).toEqual({});

  // A read of the whole list shows what has left it, a read of ids alone shows nothing of it.
  simulator.quantcdn.removeTask(gone);
  await ada.ask('query ($id: ID) { aiTasks(filter: { dependsOn: $id }) { id } }', { id: gone });
  await ada.ask('{ aiTaskGraph(taskListId: "listed") { taskCount } }');
  expect(await listsOf(running)).toMatchObject([{}, {}, { id: 'listed', taskCount: 1 }]);
});

test('a task that moves to another list, and one that is deleted, leave their list', async () => {
  await using running = await bootAi();
  const { ada, made } = running;
  const [moves, goes] = [made({ taskListId: 'a' }), made({ taskListId: 'a' })];
  await ada.ask('{ aiTasks { title } }');
  await ada.ask('mutation ($id: ID!) { updateAiTask(id: $id, input: { taskListId: "b" }) { id } }', {
    id: moves,
  });
  await ada.ask('mutation ($id: ID!) { deleteAiTask(id: $id) { deletedIds } }', { id: goes });
  expect(await listsOf(running)).toMatchObject([{ id: 'b', taskCount: 1 }]);
  await ada.ask('mutation ($id: ID!) { updateAiTask(id: $id, input: { taskListId: null }) { id } }', {
    id: moves,
  });
  expect(await listsOf(running)).toEqual([]);
});

test('another user of the same organisation sees only what they have seen themselves', async () => {
  await using running = await bootAi();
  const { ada, made, gateway } = running;
  made({ taskListId: 'a' });
  await ada.ask('{ aiTasks { title } }');
  const grace = await gateway.signUp('grace@example.com');
  await grace.saveQuantCdnCredential(seededQuantCdnToken);
  expect(await listsOf({ ada: grace })).toEqual([]);
  expect(await listsOf(running)).toMatchObject([{ id: 'a' }]);
});
