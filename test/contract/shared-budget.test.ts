import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTokenBucket } from '../../src/lib/limit/token-bucket.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createRedisBudget } from '../../src/redis/budget.ts';
import type { Priority } from '../../src/upstream/policies/call.ts';
import { createPolicies, type Execute } from '../../src/upstream/policies/order.ts';
import { CONNECTIONS, callOf } from '../../src/upstream/policies/policies.test-support.ts';
import type { SharedBudget } from '../../src/upstream/policies/shared-budget.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { isRedisMissing, type TemporaryRedis, temporaryRedis } from '../support/redis.ts';

const RATE = 5;
const BURST = 20;
const STEP_MS = 50;

function hashKey(key: string): string {
  return Buffer.from(key).toString('hex');
}

/** Counts what is under way at Redis, so that virtual time stands still meanwhile. */
function watched(budget: SharedBudget) {
  let underWay = 0;
  const shared: SharedBudget = {
    async take(...asked) {
      underWay += 1;
      try {
        return await budget.take(...asked);
      } finally {
        underWay -= 1;
      }
    },
    slowDown: budget.slowDown,
  };
  return { shared, isQuiet: () => underWay === 0 };
}

describe.skipIf(isRedisMissing)('the shared budget on Redis', () => {
  let server: TemporaryRedis;
  let clock: ManualClock;
  let replicas: { execute: Execute; isQuiet: () => boolean }[] = [];

  beforeEach(async () => {
    server = await temporaryRedis();
    clock = createManualClock();
    const limits = { ...CONNECTIONS, ratePerSecond: RATE, burst: BURST };
    replicas = await Promise.all(
      [1, 2].map(async () => {
        const redis = await server.connect();
        const budget = createRedisBudget({ redis, ...limits, hashKey, now: clock.now });
        const { shared, isQuiet } = watched(budget);
        const around = { timeoutMs: 10_000, clock, random: systemRandom };
        return { execute: createPolicies({ ...limits, ...around, sharedBudget: shared }), isQuiet };
      }),
    );
  });
  afterEach(() => server[Symbol.asyncDispose]());

  /** When each call went out, since the start. */
  const sent: { credentialId: string; priority: Priority; atMs: number }[] = [];
  let startedAtMs = 0;
  beforeEach(() => {
    sent.length = 0;
    startedAtMs = clock.now();
  });

  let calls = 0;
  const call = (replica: number, credentialId: string, priority: Priority = 'mutation'): Promise<unknown> => {
    calls += 1;
    const one = callOf(credentialId, { priority, repeat: 'once', key: String(calls) });
    const send = async () => {
      sent.push({ credentialId, priority, atMs: clock.now() - startedAtMs });
    };
    return replicas[replica]?.execute(one, send).catch((error: unknown) => error) as Promise<unknown>;
  };

  /** Lets time pass in small steps; in each, all that was asked of Redis is answered before the next. */
  const pass = async (ms: number): Promise<void> => {
    const settle = async (): Promise<void> => {
      await clock.advance(0);
      while (replicas.some(({ isQuiet }) => !isQuiet())) await clock.advance(0);
    };
    await settle();
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await clock.advance(STEP_MS);
      await settle();
    }
  };

  /** In no interval are more calls sent than the burst and the tokens refilled in it. */
  const expectWithinBudget = (of: readonly { atMs: number }[]): void => {
    for (const [first, { atMs: fromMs }] of of.entries()) {
      for (const [last, { atMs: toMs }] of of.entries()) {
        if (last < first) continue;
        expect(last - first + 1).toBeLessThanOrEqual(BURST + (RATE * (toMs - fromMs)) / 1_000 + 1e-6);
      }
    }
  };

  test('two replicas together spend exactly the budget of one', async () => {
    const outcomes = Array.from({ length: 80 }, (_, index) => call(index % 2, 'ada'));
    await pass(12_000);
    expect(sent).toHaveLength(BURST + 60);
    expectWithinBudget(sent);
    expect(sent.at(-1)?.atMs).toBeLessThanOrEqual(12_000);
    expect((await Promise.all(outcomes)).filter((outcome) => outcome !== undefined)).toEqual([]);
  });

  test('a call that cannot start before its deadline is refused with a retry time', async () => {
    const outcomes = Array.from({ length: 300 }, (_, index) => call(index % 2, 'ada'));
    await pass(20_000);
    const refused = (await Promise.all(outcomes)).filter((outcome) => outcome !== undefined);
    expect(refused.length + sent.length).toBe(300);
    expect(sent.length).toBeLessThanOrEqual(BURST + RATE * 20);
    for (const error of refused) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: expect.any(Number) } });
    }
    expectWithinBudget(sent);
  });

  test('one credential never waits for another', async () => {
    for (let index = 0; index < 100; index += 1) void call(index % 2, 'ada');
    for (let index = 0; index < BURST; index += 1) void call(index % 2, 'bob');
    await pass(0);
    expect(sent.filter(({ credentialId }) => credentialId === 'bob')).toHaveLength(BURST);
    await pass(20_000);
  });

  test('polls of one replica leave the reserve to callers on another', async () => {
    for (let index = 0; index < 40; index += 1) void call(0, 'ada', 'poll');
    await pass(0);
    expect(sent).toHaveLength(BURST - BURST / 5);
    for (let index = 0; index < BURST / 5; index += 1) void call(1, 'ada', 'interactive');
    await pass(0);
    expect(sent.filter(({ priority }) => priority === 'interactive')).toHaveLength(BURST / 5);
    await pass(15_000);
    expectWithinBudget(sent);
  });

  test('after Redis loses its data each replica keeps to its own budget', async () => {
    for (let index = 0; index < 200; index += 1) void call(index % 2, 'ada');
    await pass(1_000);
    await server.forget();
    await pass(1_000);
    expect(sent.length).toBeLessThanOrEqual(2 * (BURST + RATE * 2));
    await pass(20_000);
  });

  test('keys expire by themselves and name no credential', async () => {
    await Promise.all([call(0, 'ada'), pass(0)]);
    const [[key] = []] = await server.contents();
    expect(key).toBe(`budget:${hashKey('ada account')}`);
    const left = Number(await server.command('PTTL', `${server.prefix}${key}`));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(1_000 + 1_000 / RATE);
  });

  test('without a test clock the time is that of Redis', async () => {
    const redis = await server.connect();
    const budget = createRedisBudget({ redis, ratePerSecond: 0.001, burst: 2, hashKey });
    const answers = [
      await budget.take('ada', 1, 0),
      await budget.take('ada', 1, 0),
      await budget.take('ada', 0, 0),
    ];
    expect(answers.map(({ isTaken }) => isTaken)).toEqual([true, false, true]);
    expect(answers[1]?.waitMs).toBeGreaterThan(0);
    expect(answers[1]?.waitMs).toBeLessThanOrEqual(1_000_000);
  });

  test('slowed down, it gives tokens at the same times as the bucket of one process', async () => {
    const redis = await server.connect();
    const budget = createRedisBudget({ redis, ratePerSecond: RATE, burst: BURST, hashKey, now: clock.now });
    const bucket = createTokenBucket({ ratePerSecond: RATE, burst: BURST, clock });
    const slowDown = (calledMsAgo: number) => {
      bucket.slowDown(clock.steadyMs() - calledMsAgo);
      return budget.slowDown('ada', calledMsAgo);
    };
    await slowDown(0);
    await slowDown(1);
    const times: [number, number][] = [];
    for (let step = 0; step < 120; step += 1) {
      for (;;) {
        const waitMs = bucket.waitMs(1);
        const grant = await budget.take('ada', 0, 0);
        times.push([waitMs, grant.waitMs]);
        if (!grant.isTaken) break;
        bucket.take();
      }
      if (step === 20) await slowDown(0);
      await clock.advance(777);
    }
    for (const [ofProcess, shared] of times) expect(Math.abs(ofProcess - shared)).toBeLessThanOrEqual(1);
    expect(times[0]).toEqual([0, 0]);
    expect(times[BURST / 2]?.[1]).toBeGreaterThan(1_900 / RATE);
  });
});
