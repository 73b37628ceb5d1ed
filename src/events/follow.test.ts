import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { type Bus, createMemoryBus } from './bus.ts';
import { type FollowedStream, follow } from './follow.ts';
import { createTails } from './tails.ts';

const STREAM = 'events:ada';
const SWEEP_MS = 5_000;

/** Entries that are stored before the first read: more than a page. */
const OLDEST = 120;

type Fate = 'lost' | 'once' | 'twice';

/** A real bus that loses some hints, repeats others, and counts its listeners. */
function createLossyBus(fates: readonly Fate[]) {
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

/** A follower of every `every`th entry. */
const topicOf = (every: number): string => `every ${every}`;
const topicsOf = (entry: number): string[] =>
  [1, 2, 3, 4, 5, 6, 7].filter((every) => entry % every === 0).map(topicOf);

/** A log in memory; entry n is the number n. A follower gets the entries of its topic. */
function createLog(bus: Bus) {
  let last = 0;
  let isOver = false;
  let reads = 0;
  const grow = (count: number): void => {
    const topics = Array.from({ length: count }, (_, index) => topicsOf(last + 1 + index)).flat();
    last += count;
    bus.publish(STREAM, last, topics);
  };
  const reader =
    (every: number, pauses: () => Promise<void>) =>
    async (after: number, limit: number): Promise<{ items: number[]; position: number }> => {
      reads += 1;
      await pauses();
      const reach = last;
      const items: number[] = [];
      for (let entry = after + 1; entry <= reach && items.length < limit; entry += 1) {
        if (entry % every === 0) items.push(entry);
      }
      await pauses();
      return { items, position: items.length === limit ? (items.at(-1) ?? reach) : reach };
    };
  return {
    last: () => last,
    reads: () => reads,
    append: grow,
    /** Ends it for all, also for those who do not want the last entry. */
    end(count: number) {
      isOver = true;
      grow(count);
      bus.publish(STREAM, 0);
    },
    /** Grows without a hint. */
    appendUnnoticed(count: number) {
      last += count;
    },
    followed: (every = 1, pauses: () => Promise<void> = async () => undefined): FollowedStream<number> => ({
      tail: {
        key: STREAM,
        stream: STREAM,
        ownerId: 'ada',
        read: reader(1, pauses),
        positionOf: (entry) => entry,
        topicsOf,
      },
      read: reader(every, pauses),
      wanted: {
        key: topicOf(every),
        topic: topicOf(every),
        async isOver() {
          await pauses();
          return isOver;
        },
      },
    }),
  };
}

function depsOf(bus: Bus, log: { last(): number }, clock = createManualClock()) {
  const readHeads = async () => new Map([['ada', log.last()]]);
  return { tails: createTails({ bus, clock, readHeads }) };
}

/** Lets everything happen that waits for nothing but the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
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
  { weight: 3, arbitrary: fc.constant({ kind: 'loop' as const, count: 0 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'sweep' as const, count: 0 }) },
);

const reader = fc.record({
  after: fc.integer({ min: 0, max: OLDEST }),
  every: fc.integer({ min: 1, max: 7 }),
  pauses: fc.integer({ min: 0, max: 4 }),
  busyLoops: fc.integer({ min: 0, max: 3 }),
  leavesAfter: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
});

test('hints are lost or repeated: each follower gets each later entry once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.array(fc.constantFrom<Fate>('lost', 'once', 'twice'), { minLength: 1 }),
        fc.array(fc.constantFrom<Fate>('once', 'twice'), { minLength: 1 }),
      ),
      fc.array(step, { maxLength: 25 }),
      fc.array(reader, { minLength: 1, maxLength: 4 }),
      async (fates, steps, readers) => {
        const clock = createManualClock();
        const { bus, listeners } = createLossyBus(fates);
        const log = createLog(bus);
        log.append(OLDEST);
        const deps = depsOf(bus, log, clock);
        const reading = readers.map(({ after, every, pauses, busyLoops, leavesAfter }) => {
          const pause = async (): Promise<void> => {
            for (let turn = 0; turn < pauses; turn += 1) await Promise.resolve();
          };
          const matches = (entry: number): boolean => entry % every === 0;
          const stream = follow(deps, log.followed(every, pause), after);
          const got: number[] = [];
          const done = (async () => {
            if (leavesAfter === 0) await stream.return?.();
            for await (const entry of stream) {
              got.push(entry);
              if (got.length === leavesAfter) break;
              // A consumer that is busy for a moment after each entry.
              for (let loop = 0; loop < busyLoops; loop += 1) await new Promise(setImmediate);
            }
          })();
          return { got, done, after, matches, leavesAfter };
        });
        // Without a lost hint no follower may need a sweep.
        const sweep = async (): Promise<void> => {
          if (fates.includes('lost')) await clock.advance(SWEEP_MS);
        };
        for (const { kind, count } of steps) {
          if (kind === 'append') log.append(count);
          else if (kind === 'sweep') await sweep();
          else if (kind === 'loop') await new Promise(setImmediate);
          else for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
        }
        const wantedOf = ({ after, matches, leavesAfter }: (typeof reading)[number]): number[] =>
          Array.from({ length: log.last() }, (_, index) => index + 1)
            .filter((entry) => entry > after && matches(entry))
            .slice(0, leavesAfter);
        if (!fates.includes('lost')) {
          // However slow they are, they get everything without a sweep.
          for (let loop = 0; loop < 4 * log.last(); loop += 1) await new Promise(setImmediate);
          for (const reader of reading) expect(reader.got).toEqual(wantedOf(reader));
        }
        log.end(1);
        // The hint of the end may be lost: the sweep finds the end.
        await sweep();
        await sweep();
        await Promise.all(reading.map(({ done }) => done));

        for (const reader of reading) expect(reader.got).toEqual(wantedOf(reader));
        expect([listeners(), clock.pending()]).toEqual([0, 0]);
      },
    ),
    { numRuns: 300 },
  );
});

test('a follower that is stopped while it waits stops at once', async () => {
  const clock = createManualClock();
  const { bus, listeners } = createLossyBus(['once']);
  const log = createLog(bus);
  const stream = follow(depsOf(bus, log, clock), log.followed(), 0);
  const waiting = stream.next();
  await clock.advance(0);
  expect([listeners(), clock.pending()]).toEqual([1, 1]);

  await stream.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect([listeners(), clock.pending()]).toEqual([0, 0]);
});

test('a stream that fails: every follower gets the error and the tail unsubscribes from the bus', async () => {
  const { bus, listeners } = createLossyBus(['once']);
  const log = createLog(bus);
  const deps = depsOf(bus, log);
  const failure = new Error('the credential is gone');
  const followed = log.followed();
  const broken = { ...followed, wanted: { ...followed.wanted, isOver: () => Promise.reject(failure) } };
  const streams = [follow(deps, broken, 0), follow(deps, broken, 0)];
  await Promise.all(streams.map((stream) => expect(stream.next()).rejects.toBe(failure)));
  expect(await streams[0]?.next()).toEqual({ done: true, value: undefined });
  expect(listeners()).toBe(0);
});

test('a tail that cannot be read: every follower that waits gets the error', async () => {
  const { bus, listeners } = createLossyBus(['once']);
  const log = createLog(bus);
  const deps = depsOf(bus, log);
  const followed = log.followed();
  const failure = new Error('the cursor has expired');
  const broken = { ...followed, tail: { ...followed.tail, read: () => Promise.reject(failure) } };
  const waiting = [follow(deps, broken, 0), follow(deps, broken, 0)].map((stream) =>
    expect(stream.next()).rejects.toBe(failure),
  );
  await settle();
  log.append(1);
  await Promise.all(waiting);
  expect(listeners()).toBe(0);
});

/** A log whose end is asked for by `ask`. */
function endingBy(log: ReturnType<typeof createLog>, ask: () => Promise<boolean>): FollowedStream<number> {
  const followed = log.followed();
  return { ...followed, wanted: { ...followed.wanted, isOver: ask } };
}

test('entries written together with the end are delivered before it', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  let isFirst = true;
  const stream = follow(
    depsOf(bus, log),
    // The end and the last entries are written between the two reads.
    endingBy(log, async () => {
      if (isFirst) log.end(3);
      isFirst = false;
      return true;
    }),
    0,
  );
  const got: number[] = [];
  for await (const entry of stream) got.push(entry);
  expect(got).toEqual([1, 2, 3]);
});

test('a hint that arrives during a read is not missed', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  let isFirst = true;
  const stream = follow(
    depsOf(bus, log),
    endingBy(log, async () => {
      if (isFirst) log.append(1);
      isFirst = false;
      return false;
    }),
    0,
  );
  // The clock stands still, so no sweep comes.
  expect(await stream.next()).toEqual({ done: false, value: 1 });
  await stream.return?.();
});

test('a reader that pauses holds one page, however much is written meanwhile', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  const stream = follow(depsOf(bus, log), log.followed(), 0);
  log.append(10_000);
  await stream.next();
  for (let count = 0; count < 1_000; count += 1) log.append(1);
  await settle();
  expect(log.reads()).toBe(1);
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
  const stream = follow(depsOf(bus, log), log.followed(), 0);
  let count = 0;
  for await (const _entry of stream) count += 1;
  isDone = true;
  expect(count).toBe(10_000);
  expect(othersRan).toBeGreaterThanOrEqual(10_000 / 50);
});

test('an entry is read once for all followers at the end, and wakes only those who want it', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  const deps = depsOf(bus, log);
  const steps = [...Array<number>(20).fill(2), ...Array<number>(20).fill(3)];
  const got = steps.map(() => [] as number[]);
  const streams = steps.map((every) => follow(deps, log.followed(every), 0));
  streams.forEach(async (stream, index) => {
    for await (const entry of stream) got[index]?.push(entry);
  });
  await settle();

  const before = log.reads();
  log.append(2);
  await settle();
  expect(log.reads() - before).toBe(2 - 1);
  expect(got).toEqual(steps.map((every) => (every === 2 ? [2] : [])));

  // What no follower wants is not read at all.
  const afterTwo = log.reads();
  bus.publish(STREAM, log.last() + 1, [topicOf(5)]);
  await settle();
  expect(log.reads()).toBe(afterTwo);

  log.append(4);
  await settle();
  expect(got).toEqual(steps.map((every) => (every === 2 ? [2, 4, 6] : [3, 6])));
  for (const stream of streams) await stream.return?.();
});

test('a sweep reads the heads once for all, and the log only where it has grown', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  const clock = createManualClock();
  let headReads = 0;
  const readHeads = async (owners: readonly string[]) => {
    headReads += 1;
    return new Map(owners.map((owner) => [owner, owner === 'ada' ? log.last() : 0]));
  };
  const tails = createTails({ bus, clock, readHeads });
  let checks = 0;
  const followedBy = (owner: string): FollowedStream<number> => {
    const followed = log.followed();
    return {
      ...followed,
      tail: { ...followed.tail, key: owner, stream: `events:${owner}`, ownerId: owner },
      ...(owner !== 'ada' && { read: async (position) => ({ items: [], position }) }),
      wanted: {
        ...followed.wanted,
        async isOver() {
          checks += 1;
          return false;
        },
      },
    };
  };
  const streams = ['ada', 'ada', 'bob', 'eve'].map((owner) => follow({ tails }, followedBy(owner), 0));
  const waiting = streams.map((stream) => stream.next());
  await settle();
  const [reads, checked] = [log.reads(), checks];

  await clock.advance(SWEEP_MS);
  await clock.advance(SWEEP_MS);
  expect([headReads, log.reads(), checks]).toEqual([2, reads, checked]);

  log.appendUnnoticed(1);
  await clock.advance(SWEEP_MS);
  expect([headReads, log.reads()]).toEqual([3, reads + 1]);
  expect(await Promise.all(waiting.slice(0, 2))).toEqual(Array(2).fill({ done: false, value: 1 }));
  for (const stream of streams) await stream.return?.();
  expect(clock.pending()).toBe(0);
});

test('a follower that is slow for one entry goes on with the page that the others have read', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  const deps = depsOf(bus, log);
  const slow = follow(deps, log.followed(), 0);
  const fast = follow(deps, log.followed(), 0);
  const first = [slow.next(), fast.next()];
  await settle();
  log.append(1);
  await Promise.all(first);
  const second = fast.next();
  await settle();
  const before = log.reads();
  log.append(2);
  expect(await second).toEqual({ done: false, value: 2 });
  expect([await slow.next(), await slow.next()].map(({ value }) => value)).toEqual([2, 3]);
  expect(log.reads() - before).toBe(1);
  await Promise.all([slow.return?.(), fast.return?.()]);
});

test('a log that goes back, as after a restored backup: followers go on at its end', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  const clock = createManualClock();
  log.append(100);
  const stream = follow(depsOf(bus, log, clock), log.followed(), 100);
  const waiting = stream.next();
  await settle();
  log.appendUnnoticed(-60);
  await clock.advance(SWEEP_MS);
  log.append(1);
  expect(await waiting).toEqual({ done: false, value: 41 });
  await stream.return?.();
});

test('the logs of two owners never share a tail, even under one key and topic', async () => {
  const bus = createMemoryBus();
  const log = createLog(bus);
  const deps = depsOf(bus, log);
  const followed = log.followed();
  const ofBob = { ...followed, read: async (position: number) => ({ items: [], position }) };
  const bobs = follow(
    deps,
    { ...ofBob, tail: { ...followed.tail, stream: 'events:bob', ownerId: 'bob', read: ofBob.read } },
    0,
  );
  const adas = follow(deps, followed, 0);
  const got: number[] = [];
  const bobsNext = bobs.next().then(({ value }) => value !== undefined && got.push(value));
  const adasNext = adas.next();
  await settle();
  log.append(1);
  expect(await adasNext).toEqual({ done: false, value: 1 });
  await settle();
  await Promise.all([bobs.return?.(), adas.return?.()]);
  await bobsNext;
  expect(got).toEqual([]);
});
