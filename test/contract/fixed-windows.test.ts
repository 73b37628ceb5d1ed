import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLoginLimits } from '../../src/auth/login-limits.ts';
import { isGatewayError } from '../../src/errors.ts';
import {
  type CreateFixedWindow,
  createFixedWindow,
  type FixedWindow,
} from '../../src/lib/limit/fixed-window.ts';
import { layerFixedWindows } from '../../src/lib/limit/layered-fixed-window.ts';
import { createRedisFixedWindow } from '../../src/redis/fixed-window.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { isRedisMissing, redisUrl, type TemporaryRedis, temporaryRedis } from '../support/redis.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

/** Long enough for any test, however slow the machine. */
const LONG = { count: 3, windowMs: 600_000 };

interface Bed {
  /** The same windows, as each of the processes that share them has them. */
  replicas(rate: { count: number; windowMs: number }): readonly [FixedWindow, FixedWindow];
  /** Time passes. */
  pass(ms: number): Promise<unknown>;
}

function memoryBed(): Bed {
  let clock: ManualClock;
  beforeEach(() => {
    clock = createManualClock();
  });
  return {
    replicas: (rate) => {
      const windows = createFixedWindow(rate, clock);
      return [windows, windows];
    },
    pass: (ms) => clock.advance(ms),
  };
}

function hashKey(key: string): string {
  return Buffer.from(key).toString('hex');
}

function redisBed() {
  let server: TemporaryRedis;
  let make: CreateFixedWindow[] = [];
  beforeEach(async () => {
    server = await temporaryRedis();
    const connections = [await server.connect(), await server.connect()];
    make = connections.map((redis) => (name, rate) => createRedisFixedWindow({ redis, name, rate, hashKey }));
  });
  afterEach(() => server[Symbol.asyncDispose]());
  return {
    replicas: (rate: { count: number; windowMs: number }, name = 'account') =>
      make.map((one) => one(name, rate)) as [FixedWindow, FixedWindow],
    pass: (ms: number) => sleep(ms),
    get server() {
      return server;
    },
  };
}

function suite(bed: Bed): void {
  test('a key has its quota until the window ends; other keys are not affected', async () => {
    const [one, other] = bed.replicas(LONG);
    expect([await one.take('ada'), await other.take('ada'), await one.take('ada')]).toEqual([0, 0, 0]);
    const waits = [await other.take('ada'), await one.waitMs('ada')];
    for (const waitMs of waits) {
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(LONG.windowMs);
    }
    expect([await other.waitMs('bob'), await other.take('bob')]).toEqual([0, 0]);
  });

  test('after the announced wait the window has ended, and the quota is full again', async () => {
    const [one, other] = bed.replicas({ count: 2, windowMs: 100 });
    while ((await one.take('ada')) === 0);
    for (let waitMs = await one.waitMs('ada'); waitMs > 0; waitMs = await one.waitMs('ada')) {
      expect(waitMs).toBeLessThanOrEqual(100);
      await bed.pass(waitMs);
    }
    expect(await other.take('ada')).toBe(0);
  });

  test('a refused event is not counted, and a returned one can be taken again', async () => {
    const [one, other] = bed.replicas(LONG);
    for (let time = 0; time < 10; time += 1) await one.take('ada');
    await other.refund('ada');
    expect(await one.waitMs('ada')).toBe(0);
    expect(await one.take('ada')).toBe(0);
    expect(await other.take('ada')).toBeGreaterThan(0);
  });

  test('no more can be returned than was taken', async () => {
    const [one, other] = bed.replicas(LONG);
    await one.take('ada');
    for (let time = 0; time < 5; time += 1) await other.refund('ada');
    const answers = [
      await one.take('ada'),
      await one.take('ada'),
      await one.take('ada'),
      await one.take('ada'),
    ];
    expect(answers.map((waitMs) => waitMs === 0)).toEqual([true, true, true, false]);
  });

  test('a cleared key starts anew', async () => {
    const [one, other] = bed.replicas({ ...LONG, count: 1 });
    await one.take('ada');
    await one.take('bob');
    await other.clear('ada');
    expect(await one.waitMs('ada')).toBe(0);
    expect(await one.waitMs('bob')).toBeGreaterThan(0);
  });

  test('of a hundred simultaneous events no more than the quota pass', async () => {
    const replicas = bed.replicas({ ...LONG, count: 10 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => replicas[index % 2 === 0 ? 0 : 1].take('ada')),
    );
    expect(answers.filter((waitMs) => waitMs === 0)).toHaveLength(10);
  });
}

describe('in memory', () => suite(memoryBed()));

describe.skipIf(isRedisMissing)('on Redis', () => {
  const bed = redisBed();
  suite(bed);

  test('every counter expires; one without an expiry is not counted', async () => {
    const { server } = bed;
    const [windows] = bed.replicas(LONG);
    while ((await windows.take('ada')) === 0);
    const [[key] = []] = await server.contents();
    const left = Number(await server.command('PTTL', `${server.prefix}${key}`));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(LONG.windowMs);
    await server.command('PERSIST', `${server.prefix}${key}`);
    expect([await windows.waitMs('ada'), await windows.take('ada')]).toEqual([0, 0]);
    expect(Number(await server.command('PTTL', `${server.prefix}${key}`))).toBeGreaterThan(0);
  });

  test('windows of another name are separate', async () => {
    const [accounts] = bed.replicas({ ...LONG, count: 1 });
    const [addresses] = bed.replicas({ ...LONG, count: 1 }, 'address');
    await accounts.take('ada');
    expect(await addresses.take('ada')).toBe(0);
  });

  test('a limit holds over all replicas, and per replica without Redis or its data', async () => {
    const { server } = bed;
    await using proxy = await tcpProxy(redisUrl);
    const clock = createManualClock();
    const rate = { count: 4, windowMs: 60_000 };
    const limitsOver = async () => {
      const redis = await server.connect({ url: proxy.url });
      const windows: CreateFixedWindow = (name, rate) =>
        layerFixedWindows(
          createFixedWindow(rate, clock),
          createRedisFixedWindow({ redis, name, rate, hashKey }),
        );
      const { steadyMs } = clock;
      return createLoginLimits({ rate, createWindow: windows, steadyMs, onClosed: async () => undefined });
    };
    const [one, other] = [await limitsOver(), await limitsOver()];
    const isLet = (limits: typeof one, account: string) =>
      limits
        .takeTry(account, '192.0.2.1', async () => false)
        .then(
          () => true,
          (error: unknown) => {
            if (isGatewayError(error, 'RATE_LIMITED')) return false;
            throw error;
          },
        );
    const tries = async (limits: typeof one, account: string, count: number) => {
      const outcomes = await Promise.all(Array.from({ length: count }, () => isLet(limits, account)));
      return outcomes.filter(Boolean).length;
    };

    expect([await tries(one, 'ada', 3), await tries(other, 'ada', 3)]).toEqual([3, 1]);
    expect(await isLet(one, 'ada')).toBe(false);
    await other.succeeded('ada', '192.0.2.1');
    expect(await isLet(other, 'ada')).toBe(true);

    await server.forget();
    expect([await tries(one, 'ada', 3), await tries(one, 'bob', 9)]).toEqual([1, 4]);
    await proxy.goAway();
    expect([await tries(one, 'ada', 3), await tries(one, 'eve', 9)]).toEqual([0, 4]);
    expect(await tries(other, 'eve', 9)).toBe(4);
  });
});
