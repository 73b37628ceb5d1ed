import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createHostBreaker } from './host-breaker.ts';

const OPEN_MS = 5_000;

function setUp() {
  const clock = createManualClock();
  const breaker = createHostBreaker({ openMs: OPEN_MS, clock });
  const call = (ownerId: string, verdict: 'up' | 'down' | 'unknown', times = 1): void => {
    for (let n = 0; n < times; n += 1) breaker.begin(ownerId)(verdict);
  };
  return { clock, breaker, call };
}

test('one owner alone never opens it, whatever fails', () => {
  const { breaker, call } = setUp();
  call('mallory', 'down', 1_000);
  expect(breaker.retryInMs('ada')).toBe(0);
});

test('three owners with three failures each open it for all; two are enough where no third has called lately', () => {
  const three = setUp();
  three.call('cleo', 'unknown');
  three.call('ada', 'down', 3);
  three.call('bob', 'down', 3);
  three.call('cleo', 'down', 2);
  expect(three.breaker.retryInMs('dan')).toBe(0);
  three.call('cleo', 'down');
  expect(three.breaker.retryInMs('dan')).toBe(OPEN_MS);

  const two = setUp();
  two.call('ada', 'down', 3);
  two.call('bob', 'down', 3);
  expect(two.breaker.retryInMs('dan')).toBe(OPEN_MS);
});

test('beside active neighbors whose calls work, no number of failures of two owners opens it', () => {
  const { breaker, call } = setUp();
  for (let n = 0; n < 100; n += 1) {
    call('mallory', 'down', 10);
    call('mallory again', 'down', 2);
    call('ada', 'up');
  }
  call('ada', 'unknown');
  call('mallory', 'down', 10);
  call('mallory again', 'down', 10);
  expect(breaker.retryInMs('ada')).toBe(0);
});

test('an owner without a call for a minute is not waited for', async () => {
  const { clock, breaker, call } = setUp();
  call('ada', 'up');
  await clock.advance(60_001);
  call('bob', 'down', 3);
  call('cleo', 'down', 3);
  expect(breaker.retryInMs('bob')).toBe(OPEN_MS);
});

test('probes come from different owners: the last one waits for a second turn', async () => {
  const { clock, breaker, call } = setUp();
  for (const ownerId of ['ada', 'bob', 'cleo']) call(ownerId, 'down', 3);
  await clock.advance(OPEN_MS);
  expect(breaker.retryInMs('ada')).toBe(0);
  const end = breaker.begin('ada');
  expect([breaker.retryInMs('ada'), breaker.retryInMs('bob')]).toEqual([2 * OPEN_MS, OPEN_MS]);
  end('down');
  await clock.advance(OPEN_MS);
  expect([breaker.retryInMs('ada'), breaker.retryInMs('bob')]).toEqual([OPEN_MS, 0]);
  await clock.advance(OPEN_MS);
  expect(breaker.retryInMs('ada')).toBe(0);
});

test('a probe that hangs or ends unknown leaves the next one to another owner; one that works closes it', async () => {
  const { clock, breaker, call } = setUp();
  for (const ownerId of ['ada', 'bob', 'cleo']) call(ownerId, 'down', 3);
  await clock.advance(OPEN_MS);
  breaker.begin('ada');
  await clock.advance(OPEN_MS);
  call('bob', 'unknown');
  expect([breaker.retryInMs('bob'), breaker.retryInMs('dan')]).toEqual([OPEN_MS, 0]);
  call('dan', 'up');
  expect(['ada', 'bob', 'cleo'].map(breaker.retryInMs)).toEqual([0, 0, 0]);
});

test('an urgent call that passes while it is open and fails does not keep it open', async () => {
  const { clock, breaker, call } = setUp();
  for (const ownerId of ['ada', 'bob', 'cleo']) call(ownerId, 'down', 3);
  await clock.advance(OPEN_MS - 1);
  call('mallory', 'down');
  await clock.advance(1);
  expect(breaker.retryInMs('dan')).toBe(0);
});

test('an owner whose last call was answered is not stopped by others, until a call of its own fails', async () => {
  const { clock, breaker, call } = setUp();
  call('ada', 'up');
  for (const ownerId of ['m1', 'm2', 'm3']) call(ownerId, 'down', 3);
  expect([breaker.retryInMs('ada'), breaker.retryInMs('dan')]).toEqual([0, OPEN_MS]);
  await clock.advance(OPEN_MS - 1);
  call('ada', 'unknown');
  expect(breaker.retryInMs('ada')).toBe(0);
  call('ada', 'down');
  // It was no probe: the time of the next one is as before.
  expect([breaker.retryInMs('ada'), breaker.retryInMs('dan')]).toEqual([1, 1]);
});

test('an answer is no evidence after ten minutes', async () => {
  const { clock, breaker, call } = setUp();
  call('ada', 'up');
  await clock.advance(600_001);
  for (const ownerId of ['m1', 'm2', 'm3']) call(ownerId, 'down', 3);
  expect(breaker.retryInMs('ada')).toBe(OPEN_MS);
});
