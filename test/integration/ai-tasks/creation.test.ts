import { expect, test } from 'vitest';
import { type AiGateway, type AiTaskAnswer, bootAi, CREATE_AI_TASK } from '../../support/ai-gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

function made({ simulator }: AiGateway): string[] {
  return simulator.quantcdn.state().tasks.map(({ taskId }) => taskId);
}
function creations({ simulator }: AiGateway): number {
  return simulator.calls.counts().byOperation?.createTask ?? 0;
}
const LOST = { kind: 'lostReply', match: { operation: 'createTask' } } as const;

test.each([
  ['with a key', { key: 'k' }],
  ['without one', {}],
])('an AI task with a lost answer is found among similar ones, %s', async (_story, key) => {
  await using running = await bootAi();
  const { ada, simulator } = running;
  const input = { title: 'Write summary', taskListId: 'l', metadata: { a: 1 } };
  // Two like it, one of them made by another request of the gateway.
  const others = [
    running.made(input),
    (await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, { input, key: 'other' })).task.id,
  ];
  simulator.calls.reset();
  simulator.faults.add(LOST);

  const { task } = await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, { input, ...key });

  expect(others).not.toContain(task.id);
  expect(new Set(made(running))).toEqual(new Set([...others, task.id]));
  expect(task.metadata).toMatchObject({ a: 1 });
  expect(creations(running)).toBe(1);
});

test('a key creates one AI task and returns its current state; other input: CONFLICT', async () => {
  await using running = await bootAi();
  const { ada, simulator } = running;
  const input = { title: 'Write summary' };
  const { task } = await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, { input, key: 'k' });
  simulator.quantcdn.updateTask(task.id, { status: 'completed' });

  const again = await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, { input, key: 'k' });
  const other = await refusalOf(ada, CREATE_AI_TASK, { input: { title: 'Other' }, key: 'k' });

  expect(again.task).toMatchObject({ id: task.id, status: 'COMPLETED' });
  expect(other.extensions.code).toBe('CONFLICT');
  expect(made(running)).toEqual([task.id]);
});

test('a process killed before the answer finds the task on the next request', async () => {
  await using running = await bootAi();
  const { ada, gateway } = running;
  const input = { title: 'Write summary' };
  const before = await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, { input, key: 'k' });
  await gateway.deps.store.db
    .updateTable('intents')
    .set({ result: null, outcomeId: null, isRecorded: 0 })
    .execute();

  expect(await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, { input, key: 'k' })).toEqual(before);
  expect(creations(running)).toBe(1);
});

test('an AI task whose outcome is not found is OUTCOME_UNKNOWN', async () => {
  await using running = await bootAi({ env: { UPSTREAM_TIMEOUT: '1s' } });
  const { ada, simulator } = running;
  simulator.faults.add({ kind: 'hang', match: { operation: 'createTask' } });

  const { extensions } = await refusalOf(ada, CREATE_AI_TASK, { input: { title: 'x' }, key: 'k' });

  expect(extensions.code).toBe('OUTCOME_UNKNOWN');
  expect(creations(running)).toBe(1);
});

test('a created task that cannot be read is named in the error', async () => {
  await using running = await bootAi();
  const { ada, simulator } = running;
  simulator.faults.add({ kind: 'html', httpStatus: 200, match: { operation: 'getTask' } });
  const input = { title: 'Write summary' };

  const { extensions, message } = await refusalOf(ada, CREATE_AI_TASK, { input, key: 'k' });
  const { task } = await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, { input, key: 'k' });

  expect(extensions.code).toBe('OUTCOME_UNKNOWN');
  expect(message).toContain(task.id);
  expect(made(running)).toEqual([task.id]);
});

test('the mark of a request does not reveal its key', async () => {
  await using running = await bootAi();
  const { task } = await running.ada.ask<AiTaskAnswer>(CREATE_AI_TASK, {
    input: { title: 'x', metadata: { quantgate: 'of another client' } },
    key: 'an idempotency key',
  });

  expect(task.metadata).toEqual({ quantgate: { request: expect.stringMatching(/^[\w-]{43}$/) } });
  expect(JSON.stringify(task)).not.toContain('an idempotency key');
});
