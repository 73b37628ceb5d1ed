import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

function setUp() {
  const deferred: (() => void)[] = [];
  const turns = createTurns((task) => void deferred.push(task));
  const served: string[] = [];
  const ask = (ownerId: string, piece: string): void =>
    void turns.next(ownerId).then(() => served.push(piece));
  /** Runs one turn of the event loop. */
  const turn = async (): Promise<void> => {
    for (const task of deferred.splice(0)) task();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ask, turn, served, deferred };
}

test('one piece is done in each turn of the event loop', async () => {
  const { ask, turn, served } = setUp();
  ask('ada', 'a1');
  ask('ada', 'a2');
  await turn();
  expect(served).toEqual(['a1']);
  await turn();
  expect(served).toEqual(['a1', 'a2']);
});

test('an owner with one piece waits for one piece of an owner with many', async () => {
  const { ask, turn, served } = setUp();
  for (const piece of ['a1', 'a2', 'a3']) ask('ada', piece);
  ask('bob', 'b1');
  for (let count = 0; count < 4; count += 1) await turn();
  expect(served).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test('without waiting pieces nothing is deferred', async () => {
  const { ask, turn, deferred } = setUp();
  ask('ada', 'a1');
  await turn();
  expect(deferred).toEqual([]);
});
