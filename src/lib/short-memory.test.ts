import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createShortMemory } from './short-memory.ts';

function setUp({ maxGroups = 10 } = {}) {
  const clock = createManualClock();
  const reads: string[] = [];
  const watched = new Set<string>();
  let answer = (name: string): Promise<string> => Promise.resolve(name);
  const remembered = createShortMemory<Promise<string>, string>({
    load(name) {
      reads.push(name);
      return answer(name);
    },
    maxAgeMs: 5_000,
    maxGroups,
    onRemember(group) {
      watched.add(group);
      return () => watched.delete(group);
    },
    clock,
  });
  const answerWith = (next: typeof answer): void => {
    answer = next;
  };
  const memory = {
    get: (group: string, key: string) => remembered.get(group, key, `${group} ${key}`),
    forget: remembered.forget,
  };
  return { clock, reads, watched, memory, answerWith };
}

test('a value is read once, and again when it is 5 s old', async () => {
  const { clock, reads, memory } = setUp();
  await Promise.all([memory.get('ada', 'a'), memory.get('ada', 'a')]);
  await clock.advance(4_999);
  expect([await memory.get('ada', 'a'), reads]).toEqual(['ada a', ['ada a']]);
  await clock.advance(1);
  await memory.get('ada', 'a');
  expect(reads).toEqual(['ada a', 'ada a']);
});

test('a forgotten group is read again, also when its reading had begun before', async () => {
  const { reads, memory, answerWith } = setUp();
  const { promise, resolve } = Promise.withResolvers<string>();
  answerWith(() => promise);
  const before = memory.get('ada', 'a');
  memory.forget('ada');
  answerWith(async () => 'new');
  const after = memory.get('ada', 'a');
  resolve('old');
  expect([await before, await after, await memory.get('ada', 'a')]).toEqual(['old', 'new', 'new']);
  expect(reads).toHaveLength(2);
});

test('a failure is answered and not remembered', async () => {
  const { memory, answerWith } = setUp();
  answerWith(() => Promise.reject(new Error('away')));
  await expect(memory.get('ada', 'a')).rejects.toThrow('away');
  answerWith(async () => 'back');
  expect(await memory.get('ada', 'a')).toBe('back');
});

test('the group that was remembered first makes room, and is not watched any more', async () => {
  const { reads, watched, memory } = setUp({ maxGroups: 2 });
  for (const group of ['ada', 'bob', 'eve']) await memory.get(group, 'a');
  expect([...watched]).toEqual(['bob', 'eve']);
  await memory.get('ada', 'a');
  expect(reads).toHaveLength(4);
});

test('what is not used any more leaves the memory, and no timer stays', async () => {
  const { clock, watched, memory } = setUp();
  await memory.get('ada', 'a');
  await clock.advance(3_000);
  await memory.get('bob', 'a');
  await clock.advance(10_000);
  expect([[...watched], clock.pending()]).toEqual([[], 0]);
});

test('a group with very many keys begins anew', async () => {
  const { reads, memory } = setUp();
  for (let index = 0; index <= 100; index += 1) await memory.get('ada', String(index));
  await memory.get('ada', '100');
  expect(reads).toHaveLength(101);
  await memory.get('ada', '0');
  expect(reads).toHaveLength(102);
});

test('a value that is no promise is handed over when it is forgotten, by age, by group, and for room', async () => {
  const clock = createManualClock();
  const forgotten: string[] = [];
  const memory = createShortMemory<string, string>({
    load: (name) => name,
    maxAgeMs: 5_000,
    maxGroups: 2,
    onForget: (value) => forgotten.push(value),
    clock,
  });
  memory.get('ada', 'a', 'old');
  await clock.advance(5_000);
  expect(forgotten).toEqual(['old']);
  memory.get('ada', 'a', 'ended');
  memory.forget('ada');
  for (const group of ['ada', 'bob', 'eve']) memory.get(group, 'a', group);
  expect(forgotten).toEqual(['old', 'ended', 'ada']);
});
