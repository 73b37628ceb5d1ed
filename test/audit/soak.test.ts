import { expect, test } from 'vitest';
import { compare, soak } from './worlds/soak.ts';

const CYCLES = 200;

test(`after ${CYCLES} cycles of connecting, subscribing, abusing and disconnecting nothing is left`, async () => {
  const { before, after, left } = await soak(CYCLES, () => undefined);
  console.info(`${CYCLES} cycles: ${JSON.stringify(before)} became ${JSON.stringify(after)}`);
  expect(left).toEqual([]);
}, 180_000);

test('a timer, a connection, a listener or memory that stays is named', () => {
  const before = { timers: 5, connections: 0, listeners: 20, heapMb: 60 };
  expect(compare(before, { timers: 6, connections: 2, listeners: 23, heapMb: 90 })).toEqual([
    '1 more timers',
    '2 more connections',
    '3 more listeners',
    '30 MB more heap',
  ]);
  expect(compare(before, { ...before, heapMb: 70 })).toEqual([]);
});
