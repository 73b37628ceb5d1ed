import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../test/support/manual-clock.ts';
import { openStore, type Store } from '../store/store.ts';
import { readDrift } from '../store/upstream-drift.ts';
import { createDriftRecorder, type DriftRecorder } from './drift-recorder.ts';

const START_MS = 1_700_000_000_000;

let store: Store;
let clock: ManualClock;
let lines: [string, Record<string, unknown>][];
let fails: boolean;
let recorder: DriftRecorder;

beforeEach(async () => {
  store = await openStore(':memory:');
  clock = createManualClock(START_MS);
  lines = [];
  fails = false;
  const write = (level: string) => (fields: object) =>
    void lines.push([level, fields as Record<string, unknown>]);
  recorder = createDriftRecorder({
    store: {
      transaction: (key, work) => (fails ? Promise.reject(new Error('away')) : store.transaction(key, work)),
    },
    clock,
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  });
});
afterEach(() => store.close());

function report(path: string): void {
  recorder.reportFor('QUANTCDN')({ operation: 'getTask', path, kind: 'UNKNOWN_FIELD' });
}

test('what is reported is counted, and stored a few seconds later', async () => {
  report('color');
  await clock.advance(1_000);
  report('color');
  expect(await readDrift(store.db)).toEqual([]);
  await clock.advance(2_000);
  await expect
    .poll(() => readDrift(store.db))
    .toEqual([
      {
        provider: 'QUANTCDN',
        operation: 'getTask',
        path: 'color',
        kind: 'UNKNOWN_FIELD',
        firstSeenAt: START_MS,
        lastSeenAt: START_MS + 1_000,
        count: 2,
      },
    ]);
  await expect.poll(() => clock.pending()).toBe(0);
});

test('a new row is logged once, a flood of them in few lines', async () => {
  report('color');
  await recorder.flush();
  report('color');
  await recorder.flush();
  expect(lines).toEqual([
    ['warn', { provider: 'QUANTCDN', operation: 'getTask', path: 'color', kind: 'UNKNOWN_FIELD' }],
  ]);
  for (let index = 0; index < 2_000; index += 1) report(`f${index}`);
  await recorder.flush();
  expect(lines).toHaveLength(1 + 20 + 1);
  expect(lines.at(-1)).toEqual(['warn', { more: 979 }]);
  expect(await readDrift(store.db)).toHaveLength(1_000);
});

test('while the store is away the counts are kept, and stored when it is back', async () => {
  fails = true;
  report('color');
  await expect(recorder.flush()).rejects.toThrow('away');
  await clock.advance(3_000);
  report('color');
  fails = false;
  await clock.advance(3_000);
  await expect.poll(() => readDrift(store.db)).toMatchObject([{ path: 'color', count: 2 }]);
});

test('a key of an answer that is no name is not stored', async () => {
  report('tasks.ada@example.com');
  await recorder.flush();
  expect(await readDrift(store.db)).toMatchObject([{ path: 'tasks.*.com' }]);
});
