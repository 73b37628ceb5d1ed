import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createPriorityLimiter, QueueFull } from './priority-limiter.ts';
import { createTokenBucket } from './token-bucket.ts';

function setUp({ burst = 1, reserves = [0, 0, 0] } = {}) {
  const clock = createManualClock(0);
  const limiter = createPriorityLimiter({
    bucket: createTokenBucket({ ratePerSecond: 1, burst, clock }),
    priorities: reserves.length,
    reserveOf: (priority) => reserves[priority] ?? 0,
    clock,
  });
  return { clock, limiter };
}

test('serves higher priorities first, and each in order of arrival', async () => {
  const { clock, limiter } = setUp();
  await limiter.acquire(1, 60_000);
  const order: string[] = [];
  const wait = (name: string, priority: number) =>
    limiter.acquire(priority, 60_000).then(() => order.push(`${name}@${clock.now()}`));
  void wait('poll', 2);
  void wait('read 1', 1);
  void wait('read 2', 1);
  void wait('mutation', 0);
  await clock.advance(4_000);
  expect(order).toEqual(['mutation@1000', 'read 1@2000', 'read 2@3000', 'poll@4000']);
  expect(clock.pending()).toBe(0);
});

test('a wait that cannot fit is refused at once, with how long it would be', async () => {
  const { limiter } = setUp();
  await limiter.acquire(0, 500);
  await expect(limiter.acquire(0, 500)).rejects.toMatchObject({ name: 'QueueFull', waitMs: 1_000 });
});

test('a caller overtaken until its deadline is refused then and leaves no timer', async () => {
  const { clock, limiter } = setUp();
  await limiter.acquire(0, 0);
  const late = limiter.acquire(2, 1_000);
  const first = limiter.acquire(0, 60_000);
  const refused = expect(late).rejects.toBeInstanceOf(QueueFull);
  await clock.advance(1_000);
  await refused;
  await first;
  expect(clock.pending()).toBe(0);
});

test('the last priority leaves a reserve to the others', async () => {
  const { limiter } = setUp({ burst: 3, reserves: [0, 0, 2] });
  await limiter.acquire(2, 0);
  await expect(limiter.acquire(2, 0)).rejects.toBeInstanceOf(QueueFull);
  await limiter.acquire(1, 0);
  await limiter.acquire(0, 0);
});

test('an aborted wait ends with the reason and costs no token', async () => {
  const { clock, limiter } = setUp();
  await limiter.acquire(0, 0);
  const abort = new AbortController();
  const waiting = limiter.acquire(0, 60_000, abort.signal);
  const behind = limiter.acquire(0, 60_000);
  const aborted = expect(waiting).rejects.toThrow('left');
  abort.abort(new Error('left'));
  await aborted;
  await clock.advance(1_000);
  await behind;
});

test('is idle only with a full bucket', async () => {
  const { clock, limiter } = setUp();
  expect(limiter.isIdle()).toBe(true);
  await limiter.acquire(0, 0);
  expect(limiter.isIdle()).toBe(false);
  await clock.advance(1_000);
  expect(limiter.isIdle()).toBe(true);
});
