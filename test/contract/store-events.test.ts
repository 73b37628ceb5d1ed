import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import {
  insertListEvents,
  newestListEvent,
  readListEvents,
  readListEventsAndBounds,
} from '../../src/store/ai-tasks/list-events.ts';
import { logBounds, readHeads } from '../../src/store/coordination/log-bounds.ts';
import { insertDeployment } from '../../src/store/deployments/deployments.ts';
import {
  insertEvents,
  newestEvent,
  newestEventsOfUnfinished,
  pruneEvents,
  readEvents,
  readEventsAndBounds,
  takeSequence,
} from '../../src/store/deployments/events.ts';
import type { EventRow, ListEventRow, OwnerEventRow } from '../../src/store/schema/index.ts';
import type { Db, Store } from '../../src/store/store.ts';
import { insertOwnerEvents, readOwnerEventsAndBounds } from '../../src/store/webhooks/owner-events.ts';
import { deployment, insertPerson, onEveryStore } from '../support/stores.ts';

function event(ownerId: string, seq: number, more: Partial<EventRow> = {}): EventRow {
  return {
    ownerId,
    seq,
    type: 'STATUS_CHANGED',
    deploymentId: 'A-1',
    taskId: null,
    status: 'RUNNING',
    previousStatus: null,
    rawStatus: 'Running',
    reason: null,
    occurredAt: 1,
    traceParent: null,
    ...more,
  };
}

function listEvent(ownerId: string, seq: number, more: Partial<ListEventRow> = {}): ListEventRow {
  return {
    ownerId,
    seq,
    kind: 'TASK',
    organisation: 'acme',
    taskListId: 'l1',
    subjectId: 't1',
    body: toJson({}),
    occurredAt: 1,
    traceParent: null,
    ...more,
  };
}

function ownerEvent(ownerId: string, seq: number, more: Partial<OwnerEventRow> = {}): OwnerEventRow {
  return {
    ownerId,
    seq,
    kind: 'WEBHOOK_DISABLED',
    subjectId: 'w1',
    body: toJson({ reason: 'GONE' }),
    occurredAt: 1,
    traceParent: null,
    ...more,
  };
}

/** A time at which the clock stands, so that all later numbers follow the first one without a gap. */
const NOW_MS = 1;

/** The first number at that time. */
const FIRST = 1_000;

/** Appends events in one transaction, whose subject need not be the owner: the log keeps its order by itself. */
function append(
  store: Store,
  ownerId: string,
  count: number,
  { subject = ownerId, nowMs = NOW_MS } = {},
): Promise<void> {
  return store.transaction(subject, async (tx) => {
    const last = await takeSequence(tx, ownerId, count, store.time(nowMs));
    await insertEvents(
      tx,
      Array.from({ length: count }, (_, index) => event(ownerId, last - count + 1 + index)),
    );
  });
}

async function numbersOf(db: Db, ownerId: string, after = 0): Promise<number[]> {
  return (await readEvents(db, ownerId, {}, after, 1_000)).map(({ seq }) => seq);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

function fromFirst(count: number): number[] {
  return Array.from({ length: count }, (_, index) => FIRST + index);
}

async function fill(db: Db): Promise<void> {
  for (const id of ['ada', 'grace']) await insertPerson(db, id);
}

onEveryStore((bed) => {
  test('a follower among fifty writers sees every number, none too late', async () => {
    const { store, replicas } = bed;
    await fill(store.db);
    const counts = Array.from({ length: 50 }, (_, index) => 1 + (index % 3));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const follow = async (db: Db): Promise<number[]> => {
      const seen: number[] = [];
      while (seen.length < total) {
        const news = await numbersOf(db, 'ada', seen.at(-1));
        seen.push(...news);
        // A number that comes after a later one was read would never be seen.
        expect(seen).toEqual(fromFirst(seen.length));
      }
      return seen;
    };
    const writing = counts.map((count, index) =>
      append(replicas[index % replicas.length]!, 'ada', count, { subject: `writer ${index}` }),
    );
    await Promise.all([follow(replicas.at(-1)!.db), ...writing]);
    expect((await logBounds(store.db, 'ada')).lastSeq).toBe(FIRST + total - 1);
  });

  test('each owner has own numbers, without a gap', async () => {
    const { store, replicas } = bed;
    await fill(store.db);
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        append(replicas[index % replicas.length]!, index % 2 ? 'ada' : 'grace', 1 + (index % 3)),
      ),
    );
    for (const owner of ['ada', 'grace']) {
      const numbers = await numbersOf(store.db, owner);
      expect(numbers).toEqual(fromFirst(numbers.length));
      expect(await logBounds(store.db, owner)).toEqual({ lastSeq: numbers.at(-1), prunedSeq: 0 });
    }
    expect(await logBounds(store.db, 'nobody')).toEqual({ lastSeq: 0, prunedSeq: 0 });
  });

  test('a number is the time in microseconds, or the next one while the clock stands or goes back', async () => {
    const { store } = bed;
    await fill(store.db);
    const nowMs = 1_700_000_000_123;
    await append(store, 'ada', 2, { nowMs });
    await append(store, 'ada', 2, { nowMs });
    await append(store, 'ada', 1, { nowMs: nowMs - 60_000 });
    await append(store, 'ada', 2, { nowMs: nowMs + 1 });
    const first = 1_700_000_000_123_000;
    const byClock = first + 1_000;
    expect(await numbersOf(store.db, 'ada')).toEqual([
      ...[0, 1, 2, 3, 4].map((index) => first + index),
      ...[byClock, byClock + 1],
    ]);
  });

  test('a failed transaction leaves no event and no gap', async () => {
    const { store } = bed;
    await fill(store.db);
    await append(store, 'ada', 1);
    const failing = store.transaction('ada', async (tx) => {
      const seq = await takeSequence(tx, 'ada', 1, store.time(NOW_MS));
      await insertEvents(tx, [event('ada', seq)]);
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    await append(store, 'ada', 1);
    expect(await numbersOf(store.db, 'ada')).toEqual(fromFirst(2));
  });

  test('the log is read from a position, page by page', async () => {
    const { db } = bed.store;
    await fill(db);
    const first = event('ada', 1, { taskId: '7', previousStatus: 'QUEUED', reason: 'why', occurredAt: 9 });
    const rest = [event('ada', 2, { deploymentId: 'A-2', taskId: '7' }), event('ada', 3), event('grace', 1)];
    await insertEvents(db, [first, ...rest]);
    expect(await readEvents(db, 'ada', {}, 0, 2)).toEqual([first, rest[0]]);
    expect(await readEvents(db, 'ada', {}, 2, 2)).toEqual([rest[1]]);
    expect(await readEvents(db, 'ada', { taskId: '7' }, 0, 9)).toEqual([first, rest[0]]);
    expect(await readEvents(db, 'ada', { deploymentId: 'A-1' }, 1, 9)).toEqual([rest[1]]);
    expect(await newestEvent(db, 'ada', 'A-1')).toEqual(rest[1]);
    expect(await newestEvent(db, 'grace', 'A-2')).toBeUndefined();
  });

  test('events and the bounds of their log are read together, of one owner and table', async () => {
    const { db } = bed.store;
    await fill(db);
    expect(await readEventsAndBounds(db, 'ada', 0, 9)).toEqual({ lastSeq: 0, prunedSeq: 0, rows: [] });
    const rows = [event('ada', 2, { taskId: '7', reason: 'why' }), event('ada', 3), event('ada', 5)];
    await insertEvents(db, [...rows, event('grace', 4)]);
    await insertListEvents(db, [listEvent('ada', 4), listEvent('grace', 9)]);
    await insertOwnerEvents(db, [ownerEvent('ada', 6), ownerEvent('grace', 8)]);
    const heads = [
      { ownerId: 'ada', lastSeq: 6, prunedSeq: 1 },
      { ownerId: 'grace', lastSeq: 9, prunedSeq: 0 },
    ];
    await db.insertInto('eventHeads').values(heads).execute();
    const bounds = { lastSeq: 6, prunedSeq: 1 };
    expect(await readEventsAndBounds(db, 'ada', 1, 9)).toEqual({ ...bounds, rows });
    expect(await readEventsAndBounds(db, 'ada', 2, 1)).toEqual({ ...bounds, rows: [rows[1]] });
    expect(await readEventsAndBounds(db, 'ada', 5, 9)).toEqual({ ...bounds, rows: [] });
    expect(await readListEventsAndBounds(db, 'ada', 1, 9)).toEqual({
      ...bounds,
      rows: [listEvent('ada', 4)],
    });
    expect(await readListEventsAndBounds(db, 'ada', 4, 9)).toEqual({ ...bounds, rows: [] });
    expect(await readOwnerEventsAndBounds(db, 'ada', 1, 9)).toEqual({
      ...bounds,
      rows: [ownerEvent('ada', 6)],
    });
    expect(await readOwnerEventsAndBounds(db, 'ada', 6, 9)).toEqual({ ...bounds, rows: [] });
    expect(await readOwnerEventsAndBounds(db, 'nobody', 0, 9)).toEqual({
      ...{ lastSeq: 0, prunedSeq: 0, rows: [] },
    });
    const everybody = ['ada', ...Array.from({ length: 1_200 }, (_, index) => `nobody ${index}`), 'grace'];
    expect(await readHeads(db, everybody)).toEqual(
      new Map([
        ['ada', 6],
        ['grace', 9],
      ]),
    );
  });

  test('the newest event of each unfinished deployment shows the current state', async () => {
    const { db } = bed.store;
    await fill(db);
    await insertDeployment(db, deployment('ada', 'A-1', { taskId: '7' }));
    await insertDeployment(db, deployment('ada', 'A-2', { taskId: '8' }));
    await insertDeployment(db, deployment('ada', 'A-ended', { isTerminal: 1 }));
    await insertDeployment(db, deployment('ada', 'A-deleted', { isDeleted: 1 }));
    const ofDeployment = ['A-1', 'A-2', 'A-ended', 'A-deleted', 'A-1'];
    await insertEvents(
      db,
      ofDeployment.map((deploymentId, index) => event('ada', index + 1, { deploymentId })),
    );
    const newest = async (taskId?: string) =>
      (await newestEventsOfUnfinished(db, 'ada', taskId)).map(({ seq }) => seq);
    expect(await newest()).toEqual([2, 5]);
    expect(await newest('7')).toEqual([5]);
    expect(await newestEventsOfUnfinished(db, 'grace')).toEqual([]);
  });

  test('list events are read by list and kind, in the same sequence', async () => {
    const { db } = bed.store;
    await fill(db);
    const gone = listEvent('ada', 2, { kind: 'TASK_GONE', body: toJson({ id: 't1' }) });
    const rows = [
      listEvent('ada', 1),
      gone,
      listEvent('ada', 3, { kind: 'LIST_RUN', subjectId: 'r1' }),
      listEvent('ada', 4, { taskListId: 'l2', subjectId: 't2' }),
      listEvent('ada', 5, { organisation: 'other', subjectId: 't3' }),
      listEvent('grace', 1),
    ];
    await insertListEvents(db, rows);
    await insertListEvents(db, []);
    const read = async (kinds: readonly ListEventRow['kind'][], after = 0, limit = 9) => {
      const filter = { organisation: 'acme', taskListId: 'l1', kinds };
      return (await readListEvents(db, 'ada', filter, after, limit)).map(({ seq }) => seq);
    };
    expect(await read(['TASK', 'TASK_GONE'])).toEqual([1, 2]);
    expect(await read(['LIST_RUN'])).toEqual([3]);
    expect(await read(['TASK', 'TASK_GONE', 'LIST_RUN'], 1, 1)).toEqual([2]);
    expect(await newestListEvent(db, 'ada', 't1')).toEqual(gone);
    expect(await newestListEvent(db, 'grace', 't2')).toBeUndefined();
  });

  test('thousands of list events are written at once', async () => {
    const { db } = bed.store;
    await fill(db);
    await insertListEvents(
      db,
      upTo(2_345).map((seq) => listEvent('ada', seq)),
    );
    expect(await newestListEvent(db, 'ada', 't1')).toMatchObject({ seq: 2_345 });
  });

  test('pruning removes old events that are about neither a deployment nor a list, and moves the bound past them', async () => {
    const { store } = bed;
    await fill(store.db);
    await append(store, 'ada', 1);
    await store.transaction('ada', async (tx) => {
      const last = await takeSequence(tx, 'ada', 2, store.time(NOW_MS));
      await insertOwnerEvents(tx, [ownerEvent('ada', last - 1), ownerEvent('ada', last, { occurredAt: 9 })]);
    });
    expect(await store.transaction('housekeeping', (tx) => pruneEvents(tx, 5, 2))).toBe(1);
    expect(await numbersOf(store.db, 'ada')).toEqual([]);
    expect((await readOwnerEventsAndBounds(store.db, 'ada', 0, 9)).rows).toEqual([
      ownerEvent('ada', FIRST + 2, { occurredAt: 9 }),
    ]);
    expect(await logBounds(store.db, 'ada')).toEqual({ lastSeq: FIRST + 2, prunedSeq: FIRST + 1 });
  });

  test('pruning removes the oldest first, in small steps, and records its bound', async () => {
    const { store } = bed;
    await fill(store.db);
    await append(store, 'ada', 5);
    await append(store, 'grace', 1);
    await store.transaction('ada', async (tx) => {
      const last = await takeSequence(tx, 'ada', 3, store.time(NOW_MS));
      await insertListEvents(tx, [listEvent('ada', last - 2)]);
      await insertEvents(tx, [event('ada', last - 1, { occurredAt: 9 })]);
      await insertListEvents(tx, [listEvent('ada', last, { occurredAt: 9 })]);
    });
    const step = () => store.transaction('housekeeping', (tx) => pruneEvents(tx, 5, 2));
    for (let steps = 0; (await step()) > 0; steps += 1) expect(steps).toBeLessThan(9);
    expect(await numbersOf(store.db, 'ada')).toEqual([FIRST + 6]);
    expect(await newestListEvent(store.db, 'ada', 't1')).toMatchObject({ seq: FIRST + 7 });
    expect(await logBounds(store.db, 'ada')).toEqual({ lastSeq: FIRST + 7, prunedSeq: FIRST + 5 });
    expect(await logBounds(store.db, 'grace')).toEqual({ lastSeq: FIRST, prunedSeq: FIRST });
    await append(store, 'grace', 1);
    expect(await numbersOf(store.db, 'grace')).toEqual([FIRST + 1]);
  });
});
