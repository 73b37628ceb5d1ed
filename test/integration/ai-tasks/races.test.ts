import { expect, test } from 'vitest';
import { type AiTaskAnswer, bootAi, CLAIM_AI_TASK, UPDATE_AI_TASK } from '../../support/ai-gateway.ts';
import { codesOf, refusalOf } from '../../support/graphql-errors.ts';

test('Mutation.claimAiTask assigns a free task and starts it', async () => {
  await using running = await bootAi();
  const { ada, made } = running;

  for (const assignedAgentId of [null, 'agent-a']) {
    const id = made({ assignedAgentId });
    const { task } = await ada.ask<AiTaskAnswer>(CLAIM_AI_TASK, { id, agentId: 'agent-a' });
    expect(task).toMatchObject({ id, status: 'IN_PROGRESS', assignedAgentId: 'agent-a' });
    expect(task.startedAt).not.toBeNull();
  }
});

test('Mutation.claimAiTask refuses a task that is not free, with the reason', async () => {
  await using running = await bootAi();
  const { ada, made, costOf } = running;
  const claimed = async (fields: object, agentId = 'agent-a') => {
    const { message, extensions } = await refusalOf(ada, CLAIM_AI_TASK, { id: made(fields), agentId });
    return [extensions.code, message];
  };

  const cost = await costOf(async () => {
    expect(await claimed({ assignedAgentId: 'agent-b' })).toEqual([
      'CONFLICT',
      'The AI task is assigned to agent-b',
    ]);
    expect(await claimed({ status: 'in_progress', assignedAgentId: 'agent-a' })).toEqual([
      'CONFLICT',
      'The AI task is not PENDING but in_progress',
    ]);
    expect((await claimed({ status: 'hibernating' }))[0]).toBe('CONFLICT');
    expect((await claimed({}, ' '))[0]).toBe('BAD_USER_INPUT');
  });
  expect(cost).toEqual({ getTask: 3 });
});

test('a claim overtaken by another client is a CONFLICT, and the other keeps the task', async () => {
  await using running = await bootAi();
  const { ada, made, upstream, simulator } = running;
  const id = made();
  simulator.quantcdn.interfere({ after: 'updateTask', taskId: id, fields: { assignedAgentId: 'agent-b' } });

  const { extensions, message } = await refusalOf(ada, CLAIM_AI_TASK, { id, agentId: 'agent-a' });

  expect([extensions.code, message]).toEqual([
    'CONFLICT',
    'Another was faster: the AI task is in_progress by agent-b',
  ]);
  expect(upstream(id).assignedAgentId).toBe('agent-b');
});

test('of many simultaneous claims one wins', async () => {
  await using running = await bootAi();
  const { ada, made, upstream } = running;
  const id = made();
  const agents = Array.from({ length: 8 }, (_, index) => `agent-${index}`);

  const answers = await Promise.all(agents.map((agentId) => ada.graphql(CLAIM_AI_TASK, { id, agentId })));

  expect(answers.flatMap(codesOf)).toEqual(Array.from({ length: 7 }, () => 'CONFLICT'));
  const winner = answers.findIndex(({ errors }) => errors === undefined);
  expect(upstream(id).assignedAgentId).toBe(agents[winner]);
});

test('metadataPatch keeps absent keys, removes null ones, and joins other changes', async () => {
  await using running = await bootAi();
  const { ada, made } = running;
  const id = made({ metadata: { keep: 1, gone: 2, deep: { a: 1, b: 2 } } });

  const { task } = await ada.ask<AiTaskAnswer>(UPDATE_AI_TASK, {
    id,
    input: { title: 'renamed', metadataPatch: { gone: null, deep: { b: 3, c: [1] }, new: 'x' } },
  });

  expect(task).toMatchObject({ title: 'renamed' });
  expect(task.metadata).toEqual({ keep: 1, deep: { a: 1, b: 3, c: [1] }, new: 'x' });
});

test('two clients that merge at the same time both succeed', async () => {
  await using running = await bootAi();
  const { ada, made, upstream, simulator, costOf } = running;
  const id = made({ metadata: { first: 1 } });
  // Another client, which had read before, writes over what we have written.
  simulator.quantcdn.interfere({
    after: 'updateTask',
    taskId: id,
    fields: { title: 'theirs', metadata: { first: 1, theirs: true } },
  });

  const cost = await costOf(async () => {
    const input = { title: 'ours', metadataPatch: { ours: true } };
    const { task } = await ada.ask<AiTaskAnswer>(UPDATE_AI_TASK, { id, input });
    expect(task.metadata).toEqual({ first: 1, theirs: true, ours: true });
    // What else was changed is not written twice.
    expect(task.title).toBe('theirs');
  });

  expect(upstream(id).metadata).toEqual({ first: 1, theirs: true, ours: true });
  expect(cost).toEqual({ getTask: 4, updateTask: 2 });
});

test('many simultaneous merges through the gateway all succeed', async () => {
  await using running = await bootAi();
  const { ada, made, upstream } = running;
  const id = made({ metadata: { first: 1 } });
  const keys = Array.from({ length: 10 }, (_, index) => `key${index}`);

  const answers = await Promise.all(
    keys.map((key) => ada.graphql(UPDATE_AI_TASK, { id, input: { metadataPatch: { [key]: true } } })),
  );

  expect(answers.flatMap(codesOf)).toEqual([]);
  expect(Object.keys(upstream(id).metadata).toSorted()).toEqual(['first', ...keys].toSorted());
});

test('a merge gives up after three tries', async () => {
  await using running = await bootAi();
  const { ada, made, simulator, costOf } = running;
  const id = made();
  simulator.quantcdn.interfere({
    after: 'updateTask',
    taskId: id,
    fields: { metadata: { theirs: 1 } },
    times: 3,
  });

  const cost = await costOf(async () => {
    const { extensions } = await refusalOf(ada, UPDATE_AI_TASK, {
      id,
      input: { metadataPatch: { ours: 1 } },
    });
    expect(extensions.code).toBe('CONFLICT');
  });

  expect(cost).toEqual({ getTask: 6, updateTask: 3 });
});
