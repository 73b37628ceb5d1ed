import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMemoryBus } from '../events/bus.ts';
import { createEventLog } from '../events/log.ts';
import { logBounds, pruneEvents, readEvents } from './events.ts';
import { openStore, type Store } from './store.ts';
import { insertUser } from './users.ts';

let store: Store;
let now = 1_000;

const log = () => createEventLog({ store, bus: createMemoryBus(), clock: { now: () => now } });

const append = (ownerId: string, count = 1): Promise<void> =>
  log().write(ownerId, async (_tx, emit) => {
    for (let index = 0; index < count; index += 1) {
      emit({
        type: 'STATUS_CHANGED',
        deploymentId: 'A-1',
        taskId: null,
        status: 'RUNNING',
        rawStatus: 'Running',
      });
    }
  });

const seqsOf = async (ownerId: string, after = 0): Promise<number[]> =>
  (await readEvents(store.db, ownerId, {}, after, 1_000)).map(({ seq }) => seq);

beforeEach(async () => {
  store = await openStore(':memory:');
  for (const id of ['ada', 'grace']) {
    await insertUser(store.db, {
      id,
      email: `${id}@example.com`,
      passwordHash: '',
      roles: [],
      createdAtMs: 0,
    });
  }
});
afterEach(() => store.close());

test('each owner has numbers of their own, without a gap, whoever writes at the same time', async () => {
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => append(index % 2 ? 'ada' : 'grace', 1 + (index % 3))),
  );
  for (const owner of ['ada', 'grace']) {
    const seqs = await seqsOf(owner);
    expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
    expect((await logBounds(store.db, owner)).lastSeq).toBe(seqs.length);
  }
});

test('what fails leaves no event and no gap', async () => {
  await append('ada');
  const failing = log().write('ada', async (_tx, emit) => {
    emit({ type: 'CREATED', deploymentId: 'A-2', taskId: null, status: 'QUEUED', rawStatus: 'InQueue' });
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  await append('ada');
  expect(await seqsOf('ada')).toEqual([1, 2]);
});

test('pruning takes the oldest first, in small steps, and remembers how far the log reaches back', async () => {
  now = 1_000;
  await append('ada', 5);
  await append('grace', 1);
  now = 2_000;
  await append('ada', 5);
  const steps: number[] = [];
  for (;;) {
    const count = await store.transaction('housekeeping', (tx) => pruneEvents(tx, 1_500, 2));
    steps.push(count);
    if (count < 2) break;
  }
  expect(steps).toEqual([2, 2, 2, 0]);
  expect(await logBounds(store.db, 'ada')).toEqual({ lastSeq: 10, prunedSeq: 5 });
  expect(await logBounds(store.db, 'grace')).toEqual({ lastSeq: 1, prunedSeq: 1 });
  expect(await seqsOf('ada')).toEqual([6, 7, 8, 9, 10]);

  await append('grace');
  expect(await seqsOf('grace')).toEqual([2]);
});
