import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createLanes, NoRoom } from './priority-limiter.ts';
import { createTokenBucket } from './token-bucket.ts';

function setUp({ burst = 1, reserves = [0, 0, 0], maxInside = 100 } = {}) {
  const clock = createManualClock(0);
  const lanes = createLanes({
    bucket: createTokenBucket({ ratePerSecond: 1, burst, clock }),
    reserves,
    maxInside,
    clock,
  });
  return { clock, lanes };
}

test('serves earlier lanes first, and each lane in order', async () => {
  const { clock, lanes } = setUp();
  (await lanes.enter(1, 60_000))();
  const order: string[] = [];
  const wait = (name: string, lane: number) =>
    lanes.enter(lane, 60_000).then((leave) => {
      order.push(`${name}@${clock.now()}`);
      leave();
    });
  void wait('poll', 2);
  void wait('read 1', 1);
  void wait('read 2', 1);
  void wait('mutation', 0);
  await clock.advance(4_000);
  expect(order).toEqual(['mutation@1000', 'read 1@2000', 'read 2@3000', 'poll@4000']);
  expect(clock.pending()).toBe(0);
});

test('a wait that cannot fit is refused at once, with how long it would be', async () => {
  const { lanes } = setUp();
  await lanes.enter(0, 500);
  await expect(lanes.enter(0, 500)).rejects.toMatchObject({ name: 'NoRoom', waitMs: 1_000 });
});

test('who is overtaken until the last moment is refused then, and leaves nothing behind', async () => {
  const { clock, lanes } = setUp();
  await lanes.enter(0, 0);
  const late = lanes.enter(2, 1_000);
  const first = lanes.enter(0, 60_000);
  const refused = expect(late).rejects.toBeInstanceOf(NoRoom);
  await clock.advance(1_000);
  await refused;
  await first;
  expect(clock.pending()).toBe(0);
});

test('the last lane leaves a reserve to the others', async () => {
  const { lanes } = setUp({ burst: 3, reserves: [0, 0, 2] });
  await lanes.enter(2, 0);
  await expect(lanes.enter(2, 0)).rejects.toBeInstanceOf(NoRoom);
  await lanes.enter(1, 0);
  await lanes.enter(0, 0);
});

test('no more than allowed are inside; who leaves lets the next in', async () => {
  const { clock, lanes } = setUp({ burst: 10, maxInside: 1 });
  const leave = await lanes.enter(1, 60_000);
  let entered = false;
  const next = lanes.enter(1, 60_000).then((out) => {
    entered = true;
    return out;
  });
  await clock.advance(30_000);
  expect(entered).toBe(false);
  leave();
  (await next)();
  expect(entered).toBe(true);
});

test('an aborted wait ends with the reason and costs no token', async () => {
  const { clock, lanes } = setUp();
  await lanes.enter(0, 0);
  const abort = new AbortController();
  const waiting = lanes.enter(0, 60_000, abort.signal);
  const behind = lanes.enter(0, 60_000);
  const aborted = expect(waiting).rejects.toThrow('left');
  abort.abort(new Error('left'));
  await aborted;
  await clock.advance(1_000);
  await behind;
});

test('is idle only with a full bucket', async () => {
  const { clock, lanes } = setUp();
  expect(lanes.isIdle()).toBe(true);
  (await lanes.enter(0, 0))();
  expect(lanes.isIdle()).toBe(false);
  await clock.advance(1_000);
  expect(lanes.isIdle()).toBe(true);
});
