import { expect, test } from 'vitest';
import { createSemaphore } from './semaphore.ts';

function setUp({ maxRunning = 1, maxWaiting = 1 } = {}) {
  const semaphore = createSemaphore({ maxRunning, maxWaiting, whenFull: () => new Error('full') });
  const started: string[] = [];
  const run = (name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const result = semaphore.run(() => {
      started.push(name);
      return promise;
    });
    return { result, finish: () => resolve(name), fail: () => reject(new Error(name)) };
  };
  return { started, run };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('tasks beyond the limit wait and start in order of arrival', async () => {
  const { started, run } = setUp({ maxRunning: 2, maxWaiting: 2 });
  const tasks = ['a', 'b', 'c', 'd'].map(run);
  await settle();
  expect(started).toEqual(['a', 'b']);
  tasks[1]?.finish();
  await settle();
  expect(started).toEqual(['a', 'b', 'c']);
  for (const { finish } of tasks) finish();
  expect(await Promise.all(tasks.map(({ result }) => result))).toEqual(['a', 'b', 'c', 'd']);
});

test('a task that finds the queue full is refused and never starts', async () => {
  const { started, run } = setUp();
  const [running, waiting, refused] = ['a', 'b', 'c'].map(run);
  await expect(refused?.result).rejects.toThrow('full');
  running?.finish();
  waiting?.finish();
  await Promise.all([running?.result, waiting?.result]);
  expect(started).toEqual(['a', 'b']);
});

test('a task that fails frees its slot', async () => {
  const { run } = setUp();
  const failing = run('a');
  failing.fail();
  await expect(failing.result).rejects.toThrow('a');
  const next = run('b');
  next.finish();
  expect(await next.result).toBe('b');
});
