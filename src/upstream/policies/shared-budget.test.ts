import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { systemRandom } from '../../lib/random.ts';
import { SharedUnavailable } from '../../lib/shared-unavailable.ts';
import { type FailureFacts, UpstreamFailure } from '../failure.ts';
import type { Priority } from './call.ts';
import { createPolicies } from './order.ts';
import { CONNECTIONS, callOf } from './policies.test-support.ts';
import type { Grant, SharedBudget } from './shared-budget.ts';

const BURST = 10;

/** A budget that answers by a script, repeating its last entry, and records its arguments. */
function scripted(...script: (Grant | Error)[]) {
  const asked: { ownedAccount: string; reserve: number; patienceMs: number }[] = [];
  const slowed: [string, number][] = [];
  const shared: SharedBudget = {
    async take(ownedAccount, reserve, patienceMs) {
      const entry = script[Math.min(asked.length, script.length - 1)];
      asked.push({ ownedAccount, reserve, patienceMs });
      if (entry instanceof Error) throw entry;
      return entry ?? { isTaken: true, waitMs: 0 };
    },
    async slowDown(ownedAccount, calledMsAgo) {
      slowed.push([ownedAccount, calledMsAgo]);
    },
  };
  return { shared, asked, slowed };
}

function setUp(sharedBudget: SharedBudget) {
  const clock = createManualClock();
  const limits = { ...CONNECTIONS, timeoutMs: 1_000, ratePerSecond: 5, burst: BURST };
  const execute = createPolicies({ ...limits, sharedBudget, clock, random: systemRandom });
  const startedAt = clock.now();
  const call = (
    priority: Priority,
    signal?: AbortSignal,
    send = async (): Promise<unknown> => clock.now() - startedAt,
  ) => {
    const one = callOf('ada', { priority, repeat: 'once' });
    return execute(one, send, signal).catch((error: unknown) => error);
  };
  return { clock, call };
}

test('a call takes a token of all replicas, and goes at once if there is one', async () => {
  const { shared, asked } = scripted({ isTaken: true, waitMs: 0 });
  const { call } = setUp(shared);
  expect(await call('mutation')).toBe(0);
  expect(asked).toEqual([{ ownedAccount: 'ada account', reserve: 0, patienceMs: 2_000 }]);
});

test('a promised token is waited for, and not requested again', async () => {
  const { shared, asked } = scripted({ isTaken: true, waitMs: 700 });
  const { call, clock } = setUp(shared);
  const ended = call('interactive');
  await clock.advance(5_000);
  expect(await ended).toBe(700);
  expect(asked).toHaveLength(1);
});

test('a poll leaves the reserve and takes no future token: it asks again', async () => {
  const { shared, asked } = scripted({ isTaken: false, waitMs: 400 }, { isTaken: true, waitMs: 0 });
  const { call, clock } = setUp(shared);
  const ended = call('poll');
  await clock.advance(5_000);
  expect(await ended).toBe(400);
  expect(asked).toEqual(Array(2).fill({ ownedAccount: 'ada account', reserve: 2, patienceMs: 0 }));
});

test('a wait beyond the deadline is refused at once, with a retry time', async () => {
  const { shared } = scripted({ isTaken: false, waitMs: 2_001 });
  const { call } = setUp(shared);
  expect(await call('mutation')).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: 3 } });
});

test('while Redis is down the local budget holds', async () => {
  const { shared } = scripted(new SharedUnavailable('away'));
  const { call, clock } = setUp(shared);
  const calls = Array.from({ length: BURST + 5 }, () => call('mutation'));
  await clock.advance(1_000);
  const startedAt = await Promise.all(calls);
  expect(startedAt).toEqual([...Array(BURST).fill(0), 200, 400, 600, 800, 1_000]);
});

test('an error that is no outage is thrown', async () => {
  const { shared } = scripted(new TypeError('a mistake'));
  const { call } = setUp(shared);
  expect(await call('mutation')).toBeInstanceOf(TypeError);
});

test('a caller who aborts while waiting leaves the queue', async () => {
  const { shared } = scripted({ isTaken: true, waitMs: 700 });
  const { call, clock } = setUp(shared);
  const leaving = new AbortController();
  const ended = call('mutation', leaving.signal);
  await clock.advance(100);
  leaving.abort(new Error('left'));
  expect(await ended).toMatchObject({ message: 'left' });
  expect(clock.pending()).toBe(0);
});

test('an answer that asks to slow down slows the budget of all replicas; a lost proxy does not', async () => {
  const { shared, slowed } = scripted({ isTaken: true, waitMs: 0 });
  const { call, clock } = setUp(shared);
  const throttled = (health: FailureFacts['health']) => async () => {
    await clock.sleep(300);
    throw new UpstreamFailure('UPSTREAM_THROTTLED', { mayHaveActed: false, health, again: 'never' });
  };
  for (const health of ['unreachable', 'answered'] as const) {
    const ended = call('mutation', undefined, throttled(health));
    await clock.advance(300);
    await ended;
  }
  expect(slowed).toEqual([['ada account', 300]]);
});
