import { expect, test } from 'vitest';
import { bootLists, summaryOf } from '../../support/ai-lists.ts';

test('Subscription.aiTaskChanged without a cursor sends each task, then each change', async () => {
  await using world = await bootLists();
  const { make, follow, other, nextPoll } = world;
  const [draft] = [make('release-42', { title: 'Draft' }), make('elsewhere', { title: 'Not of it' })];
  make('release-42', { title: 'Review', status: 'blocked' });

  await using stream = follow('release-42');
  const first = [await stream.next(), await stream.next()];
  expect(first.map(summaryOf).toSorted()).toEqual(['Draft: PENDING', 'Review: BLOCKED']);
  expect(new Set(first.map(({ task }) => task.cursor)).size).toBe(2);

  other.updateTask(draft, { status: 'in_progress', progress: 0.25, progressMessage: '1 of 4' });
  await nextPoll();
  expect((await stream.next()).task).toMatchObject({
    id: draft,
    status: 'IN_PROGRESS',
    progress: 0.25,
    progressMessage: '1 of 4',
    isGone: false,
  });
  make('release-42', { title: 'Publish', metadata: { color: 'blue' } });
  await nextPoll();
  expect((await stream.next()).task).toMatchObject({ title: 'Publish', metadata: { color: 'blue' } });
  await nextPoll();
  expect(stream.pending()).toEqual([]);
});

test('Subscription.aiTaskChanged with a cursor sends every later change once, in order', async () => {
  await using world = await bootLists();
  const { make, follow, other, nextPoll } = world;
  const id = make('release-42', { title: 'Draft' });
  const last = async (stream: ReturnType<typeof follow>) => (await stream.next()).task.cursor;
  await using steady = follow('release-42');
  await steady.next();
  let cursor: string;
  {
    await using brief = follow('release-42');
    cursor = await last(brief);
  }
  for (const status of ['in_progress', 'blocked', 'completed']) {
    other.updateTask(id, { status });
    await nextPoll();
  }

  await using back = follow('release-42', cursor);
  const received = [await back.next(), await back.next(), await back.next()];
  expect(received.map(summaryOf)).toEqual(['Draft: IN_PROGRESS', 'Draft: BLOCKED', 'Draft: COMPLETED']);
  expect([await steady.next(), await steady.next(), await steady.next()]).toEqual(received);
  await using whole = follow('release-42', '0');
  expect((await whole.until(({ task }) => task.status === 'COMPLETED')).map(summaryOf)).toEqual([
    'Draft: PENDING',
    ...received.map(summaryOf),
  ]);
  await nextPoll();
  expect([back.pending(), steady.pending(), whole.pending()]).toEqual([[], [], []]);
});

test('a deleted, expired or moved task leaves its list; a moved one is new elsewhere', async () => {
  await using world = await bootLists();
  const { make, follow, other, nextPoll, advance } = world;
  const deleted = make('from', { title: 'Deleted' });
  const moved = make('from', { title: 'Moved' });
  const orphaned = make('from', { title: 'Taken out' });
  const there = make('to', { title: 'There before' });
  await using from = follow('from');
  await using to = follow('to');
  for (let index = 0; index < 3; index += 1) await from.next();
  await to.next();

  other.removeTask(deleted);
  await nextPoll();
  await nextPoll();
  expect(summaryOf(await from.next())).toBe('Deleted: gone');
  other.updateTask(moved, { taskListId: 'to' });
  other.updateTask(orphaned, { taskListId: null });
  await advance(5_000);
  await nextPoll();
  const gone = [await from.next(), await from.next()];
  expect(gone.map(summaryOf).toSorted()).toEqual(['Moved: gone', 'Taken out: gone']);
  expect(gone.map(({ task }) => task.taskListId)).toEqual(['from', 'from']);
  expect((await to.next()).task).toMatchObject({ id: moved, isGone: false, taskListId: 'to' });
  await nextPoll();
  expect([from.pending(), to.pending()]).toEqual([[], []]);

  await using late = follow('to');
  const both = [await late.next(), await late.next()];
  expect(both.map(({ task }) => task.id).toSorted()).toEqual([there, moved].toSorted());
});

test('a change made through the gateway is pushed at once, without a poll', async () => {
  await using world = await bootLists();
  const { make, follow, ada, cost } = world;
  const id = make('release-42', { title: 'Draft' });
  await using stream = follow('release-42');
  await stream.next();
  cost();

  await ada.ask(
    `mutation ($id: ID!) { updateAiTask(id: $id, input: { status: IN_PROGRESS, metadataPatch: { a: 1 } }) { id } }`,
    { id },
  );
  expect((await stream.until(({ task }) => task.status === 'IN_PROGRESS')).at(-1)?.task.metadata).toEqual({
    a: 1,
  });
  const { task } = await ada.ask<{ task: { id: string } }>(
    'mutation { task: createAiTask(input: { title: "New", taskListId: "release-42" }) { id } }',
  );
  expect((await stream.next()).task).toMatchObject({ id: task.id, title: 'New' });
  await ada.ask('mutation ($id: ID!) { deleteAiTask(id: $id) { deletedIds } }', { id });
  expect((await stream.next()).task).toMatchObject({ id, isGone: true });
  expect(cost()).not.toHaveProperty('listTasks');
});

test('reading a task of a watched list emits no event', async () => {
  await using world = await bootLists();
  const { make, follow, ada, nextPoll } = world;
  const id = make('release-42', { title: 'Draft', metadata: { a: 1 } });
  await using stream = follow('release-42');
  await stream.next();

  await ada.ask('query ($id: ID!) { aiTask(id: $id) { metadata } }', { id });
  await nextPoll();
  await using next = follow('release-42', '0');
  expect((await next.next()).task.metadata).toEqual({ a: 1 });
  expect([stream.pending(), next.pending()]).toEqual([[], []]);
});
