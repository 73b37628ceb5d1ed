import { expect, test } from 'vitest';
import { type AiTaskAnswer, bootAi, CREATE_AI_TASK, UPDATE_AI_TASK } from '../../support/ai-gateway.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { codesOf, refusalOf } from '../../support/graphql-errors.ts';

const GONE = '00000000-0000-4000-8000-000000000000';

async function refusedUpdate(ada: GraphQLClient, id: string, dependsOn: string[]) {
  const { extensions } = await refusalOf(ada, UPDATE_AI_TASK, { id, input: { dependsOn } });
  expect(extensions.code).toBe('BAD_USER_INPUT');
  return extensions.fields as { path: string; message: string }[];
}

test('an unknown dependency is refused before anything is sent, in create and update', async () => {
  await using running = await bootAi();
  const { ada, made, costOf } = running;
  const [known, id] = [made(), made()];

  const cost = await costOf(async () => {
    const input = { title: 'new', dependsOn: [known, GONE] };
    const { extensions } = await refusalOf(ada, CREATE_AI_TASK, { input, key: 'k' });
    expect(extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.dependsOn', message: `nothing is known of ${GONE}` }],
    });
    expect(await refusedUpdate(ada, id, [known, GONE])).toEqual([
      { path: 'input.dependsOn', message: `nothing is known of ${GONE}` },
    ]);
  });

  expect(cost).toEqual({ getTask: 5 });
  // A refusal frees the key.
  const { task } = await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, {
    input: { title: 'new', dependsOn: [known] },
    key: 'k',
  });
  expect(task.dependsOn).toEqual([known]);
});

test('a failed check of a dependency creates nothing and frees the key', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  const input = { title: 'new', dependsOn: [made()] };
  simulator.faults.add({ kind: 'html', httpStatus: 200, match: { operation: 'getTask' } });

  const { extensions } = await refusalOf(ada, CREATE_AI_TASK, { input, key: 'k' });
  expect(extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
  await ada.ask(CREATE_AI_TASK, { input, key: 'k' });

  expect(simulator.calls.counts().byOperation).toMatchObject({ createTask: 1 });
});

test('a task cannot depend on itself or close a cycle, which is named in order', async () => {
  await using running = await bootAi();
  const { ada, made, costOf, upstream } = running;
  const put = (dependsOn: string[] = []) => made({ taskListId: 'l', dependsOn });
  const a = put();
  const b = put([a]);
  const c = put([b]);

  const cost = await costOf(async () => {
    expect(await refusedUpdate(ada, a, [a])).toEqual([
      { path: 'input.dependsOn', message: `${a} would depend on itself` },
    ]);
    expect(await refusedUpdate(ada, a, [c])).toEqual([
      { path: 'input.dependsOn', message: `would close the circle ${a} → ${c} → ${b} → ${a}` },
    ]);
  });

  expect(cost).toEqual({ getTask: 1, getDependencyGraph: 1 });
  expect(upstream(a).dependsOn).toEqual([]);
});

test('a cycle through other lists, or through none, is found as well', async () => {
  await using running = await bootAi();
  const { ada, made } = running;
  const a = made({ taskListId: 'l' });
  const b = made({ taskListId: 'other', dependsOn: [a] });
  const c = made({ dependsOn: [b, GONE] });
  const free = made({ taskListId: 'l', dependsOn: [c] });
  const alone = made();
  const after = made({ dependsOn: [alone] });

  expect(await refusedUpdate(ada, a, [c])).toMatchObject([
    { message: `would close the circle ${a} → ${c} → ${b} → ${a}` },
  ]);
  expect(await refusedUpdate(ada, alone, [after])).toMatchObject([
    { message: `would close the circle ${alone} → ${after} → ${alone}` },
  ]);
  // No circle: this one waits for them all.
  const { task } = await ada.ask<AiTaskAnswer>(UPDATE_AI_TASK, { id: free, input: { dependsOn: [a, b, c] } });
  expect(task.dependsOn).toEqual([a, b, c]);
});

test('a dependency that was completed and has expired may stay', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  const [expired, known] = [made({ taskListId: 'l' }), made({ taskListId: 'l' })];
  const id = made({ taskListId: 'l', dependsOn: [expired] });
  simulator.quantcdn.removeTask(expired);

  const dependsOn = [expired, known];
  const { task } = await ada.ask<AiTaskAnswer>(UPDATE_AI_TASK, { id, input: { dependsOn } });

  expect(task.dependsOn).toEqual(dependsOn);
});

test('an existing cycle does not forbid other changes', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  const [a, known] = [made({ taskListId: 'l' }), made({ taskListId: 'l' })];
  const b = made({ taskListId: 'l', dependsOn: [a] });
  simulator.quantcdn.updateTask(a, { dependsOn: [b] });

  for (const dependsOn of [[b, known], []]) {
    const { task } = await ada.ask<AiTaskAnswer>(UPDATE_AI_TASK, { id: a, input: { dependsOn } });
    expect(task.dependsOn).toEqual(dependsOn);
  }
});

test('of two simultaneous changes that close a cycle together, one is refused', async () => {
  await using running = await bootAi();
  const { ada, made } = running;
  const [a, b] = [made({ taskListId: 'l' }), made({ taskListId: 'l' })];

  const answers = await Promise.all([
    ada.graphql(UPDATE_AI_TASK, { id: a, input: { dependsOn: [b] } }),
    ada.graphql(UPDATE_AI_TASK, { id: b, input: { dependsOn: [a] } }),
  ]);

  expect(answers.flatMap(codesOf)).toEqual(['BAD_USER_INPUT']);
});
