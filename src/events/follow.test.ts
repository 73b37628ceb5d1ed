import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { type Bus, createMemoryBus } from './bus.ts';
import { type FollowedStream, follow } from './follow.ts';

const STREAM = 'events:ada';
const SWEEP_MS = 5_000;

/** Entries that are stored before the first read: more than a page. */
const OLDEST = 120;

/** A real bus that loses some hints, repeats others, and counts its listeners. */
function createLossyBus(fates: readonly ('lost' | 'once' | 'twice')[]) {
  const bus = createMemoryBus();
  let count = 0;
  let listeners = 0;
  const lossy: Bus = {
    publish(stream, position) {
      const fate = fates[count++ % fates.length] ?? 'once';
      if (fate !== 'lost') bus.publish(stream, position);
      if (fate === 'twice') bus.publish(stream, position);
    },
    subscribe(stream, listener) {
      const stop = bus.subscribe(stream, listener);
      listeners += 1;
      return () => {
        listeners -= 1;
        stop();
      };
    },
  };
  return { bus: lossy, listeners: () => listeners };
}

/** A log in memory; entry n is the number n. A follower gets the entries that match. */
function createLog(bus: Bus) {
  let last = 0;
  let isOver = false;
  return {
    last: () => last,
    append(count: number) {
      last += count;
      bus.publish(STREAM, last);
    },
    end(count: number) {
      last += count;
      isOver = true;
      bus.publish(STREAM, last);
    },
    followed: (matches: (entry: number) => boolean, pauses: () => Promise<void>): FollowedStream<number> => ({
      stream: STREAM,
      async read(after, limit) {
        await pauses();
        const reach = last;
        const items: number[] = [];
        for (let entry = after + 1; entry <= reach && items.length < limit; entry += 1) {
          if (matches(entry)) items.push(entry);
        }
        await pauses();
        return { items, position: items.length === limit ? (items.at(-1) ?? reach) : reach };
      },
      async isOver() {
        await pauses();
        return isOver;
      },
    }),
  };
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 130 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('turn' as const), count: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'sweep' as const, count: 0 }) },
);

const reader = fc.record({
  after: fc.integer({ min: 0, max: OLDEST }),
  every: fc.integer({ min: 1, max: 7 }),
  pauses: fc.integer({ min: 0, max: 4 }),
  leavesAfter: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
});

test('hints are lost or repeated: each follower gets each later entry once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('lost' as const, 'once' as const, 'twice' as const), { minLength: 1 }),
      fc.array(step, { maxLength: 25 }),
      fc.array(reader, { minLength: 1, maxLength: 4 }),
      async (fates, steps, readers) => {
        const clock = createManualClock();
        const { bus, listeners } = createLossyBus(fates);
        const log = createLog(bus);
        log.append(OLDEST);
        const reading = readers.map(({ after, every, pauses, leavesAfter }) => {
          const pause = async (): Promise<void> => {
            for (let turn = 0; turn < pauses; turn += 1) await Promise.resolve();
          };
          const matches = (entry: number): boolean => entry % every === 0;
          const stream = follow({ bus, clock }, log.followed(matches, pause), after);
          const got: number[] = [];
          const done = (async () => {
            if (leavesAfter === 0) await stream.return?.();
            for await (const entry of stream) {
              got.push(entry);
              if (got.length === leavesAfter) break;
            }
          })();
          return { got, done, after, matches, leavesAfter };
        });
        for (const { kind, count } of steps) {
          if (kind === 'append') log.append(count);
          else if (kind === 'sweep') await clock.advance(SWEEP_MS);
          else for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
        }
        log.end(1);
        // The hint of the end may be lost: the sweep finds the end.
        await clock.advance(SWEEP_MS);
        await clock.advance(SWEEP_MS);
        await Promise.all(reading.map(({ done }) => done));

        for (const { got, after, matches, leavesAfter } of reading) {
          const all = Array.from({ length: log.last() }, (_, index) => index + 1);
          expect(got).toEqual(all.filter((entry) => entry > after && matches(entry)).slice(0, leavesAfter));
        }
        expect([listeners(), clock.pending()]).toEqual([0, 0]);
      },
    ),
    { numRuns: 300 },
  );
});

test('a follower that is stopped while it waits stops at once', async () => {
  const clock = createManualClock();
  const { bus, listeners } = createLossyBus(['once']);
  const stream = follow(
    { bus, clock },
    createLog(bus).followed(
      () => true,
      async () => undefined,
    ),
    0,
  );
  const waiting = stream.next();
  await clock.advance(0);
  expect([listeners(), clock.pending()]).toEqual([1, 1]);

  await stream.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect([listeners(), clock.pending()]).toEqual([0, 0]);
});

test('a stream that fails: the follower gets the error and unsubscribes from the bus', async () => {
  const { bus, listeners } = createLossyBus(['once']);
  const broken = createLog(bus).followed(
    () => true,
    async () => undefined,
  );
  const failure = new Error('the credential is gone');
  const stream = follow(
    { bus, clock: createManualClock() },
    { ...broken, isOver: () => Promise.reject(failure) },
    0,
  );
  await expect(stream.next()).rejects.toBe(failure);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect(listeners()).toBe(0);
});

test('entries written together with the end are delivered before it', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  const followed = log.followed(
    () => true,
    async () => undefined,
  );
  let isFirst = true;
  const stream = follow(
    { bus, clock: createManualClock() },
    {
      ...followed,
      // The end and the last entries are written between the two reads.
      async isOver() {
        if (isFirst) log.end(3);
        isFirst = false;
        return followed.isOver();
      },
    },
    0,
  );
  const got: number[] = [];
  for await (const entry of stream) got.push(entry);
  expect(got).toEqual([1, 2, 3]);
});

test('a hint that arrives during a read is not missed', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  const followed = log.followed(
    () => true,
    async () => undefined,
  );
  let isFirst = true;
  const stream = follow(
    { bus, clock: createManualClock() },
    {
      ...followed,
      async isOver() {
        if (isFirst) log.append(1);
        isFirst = false;
        return false;
      },
    },
    0,
  );
  // The clock stands still, so no sweep comes.
  expect(await stream.next()).toEqual({ done: false, value: 1 });
  await stream.return?.();
});

test('a reader that pauses holds one page, however much is written meanwhile', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  let itemsRead = 0;
  const followed = log.followed(
    () => true,
    async () => undefined,
  );
  const stream = follow(
    { bus, clock: createManualClock() },
    {
      ...followed,
      async read(after, limit) {
        const page = await followed.read(after, limit);
        itemsRead += page.items.length;
        return page;
      },
    },
    0,
  );
  log.append(10_000);
  await stream.next();
  for (let count = 0; count < 1_000; count += 1) log.append(1);
  await new Promise(setImmediate);
  expect(itemsRead).toBe(50);
  await stream.return?.();
});

test('a reader that is far behind: other tasks run between its pages', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  log.end(10_000);
  let othersRan = 0;
  let isDone = false;
  const runOther = (): void => {
    othersRan += 1;
    if (!isDone) setImmediate(runOther);
  };
  setImmediate(runOther);
  const stream = follow(
    { bus, clock: createManualClock() },
    log.followed(
      () => true,
      async () => undefined,
    ),
    0,
  );
  let count = 0;
  for await (const _entry of stream) count += 1;
  isDone = true;
  expect(count).toBe(10_000);
  expect(othersRan).toBeGreaterThanOrEqual(10_000 / 50);
});
