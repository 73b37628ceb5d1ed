import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createRedis, type Redis, RedisUnavailable } from '../../src/redis/connection.ts';
import { script } from '../../src/redis/script.ts';
import { isRedisMissing, redisUrl, temporaryRedis } from '../support/redis.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

const AWAY = expect.stringContaining('Redis is unavailable');
const BACK = expect.stringContaining('Redis is available again');

function echo() {
  return script(`return { KEYS[1], ARGV[1], '${systemRandom.uuid()}' }`);
}
function isUp(redis: Redis) {
  return redis.check().then(
    () => true,
    () => false,
  );
}

describe.skipIf(isRedisMissing)('the Redis connection', () => {
  test('a script runs cached or not, on keys under the prefix', async () => {
    await using server = await temporaryRedis();
    const redis = await server.connect();
    const unseen = echo();
    for (const argument of ['first', 'again']) {
      const answer = await redis.run(unseen, ['key'], [argument]);
      expect(answer).toEqual([`${server.prefix}key`, argument, expect.any(String)]);
    }
  });

  test('while Redis is down every call fails at once; it reconnects by itself', async () => {
    await using server = await temporaryRedis();
    await using proxy = await tcpProxy(redisUrl);
    const lines: string[] = [];
    const redis = await server.connect({ url: proxy.url, lines });
    const received: string[] = [];
    let resumed = Promise.withResolvers<void>();
    redis.subscribe('channel', {
      onMessage: (text) => received.push(text),
      onResumed: () => resumed.resolve(),
    });
    await resumed.promise;

    for (let outage = 0; outage < 2; outage += 1) {
      resumed = Promise.withResolvers();
      proxy.fallSilent();
      const underWay = [redis.run(echo(), [], ['x']), redis.publish('channel', 'lost')];
      await proxy.goAway();
      proxy.speakAgain();
      const outcomes = await Promise.allSettled([...underWay, redis.run(echo(), [], ['x']), redis.check()]);
      for (const { reason } of outcomes as PromiseRejectedResult[]) {
        expect(reason).toBeInstanceOf(RedisUnavailable);
        expect(reason.cause.message).not.toContain('no answer');
      }
      expect(await isUp(redis)).toBe(false);
      await proxy.comeBack();
      await resumed.promise;
      await expect.poll(() => isUp(redis)).toBe(true);
    }

    const last = Promise.withResolvers<void>();
    redis.subscribe('channel', { onMessage: () => last.resolve(), onResumed: () => undefined });
    await server.forge('channel', 'heard again');
    await last.promise;
    expect(received).toEqual(['heard again']);
    expect(lines).toEqual([AWAY, BACK, AWAY, BACK]);
  });

  test('a server that hangs is given up after the timeout', async () => {
    await using server = await temporaryRedis();
    await using proxy = await tcpProxy(redisUrl);
    const lines: string[] = [];
    const redis = await server.connect({ url: proxy.url, timeoutMs: 50, lines });
    proxy.fallSilent();
    await expect(redis.check()).rejects.toMatchObject({ cause: { message: 'no answer within 50 ms' } });
    await expect.poll(() => lines, { timeout: 10_000 }).toEqual([AWAY]);
    proxy.speakAgain();
    await expect.poll(() => isUp(redis), { timeout: 20_000 }).toBe(true);
    expect(lines).toEqual([AWAY, BACK]);
  });

  test("a server that refuses is an outage, logged once without the command's data", async () => {
    await using server = await temporaryRedis();
    const lines: string[] = [];
    const redis = await server.connect({ lines });
    const broken = script(`return redis.call('INCR', KEYS[1], 'secret')`);
    for (let time = 0; time < 3; time += 1) {
      await expect(redis.run(broken, ['key'], [])).rejects.toThrow(RedisUnavailable);
    }
    await redis.check();
    expect(lines).toEqual([expect.stringContaining('Redis refuses')]);
    expect(lines.join()).not.toContain('secret');
  });

  test('a wrong password is an outage like any other', async () => {
    await using server = await temporaryRedis();
    const lines: string[] = [];
    const url = new URL(redisUrl);
    url.username = 'nobody';
    url.password = 'hunter2-hunter2';
    const redis = await server.connect({ url: url.href, lines });
    await expect(redis.check()).rejects.toThrow(RedisUnavailable);
    expect(lines).toEqual([AWAY]);
    expect(lines.join()).toContain('WRONGPASS');
    expect(lines.join()).not.toContain('hunter2');
  });

  test('close ends pending calls and does not wait for a hanging server', async () => {
    await using server = await temporaryRedis();
    await using proxy = await tcpProxy(redisUrl);
    const lines: string[] = [];
    const redis = await server.connect({ url: proxy.url, lines });
    proxy.fallSilent();
    const underWay = redis.check();
    await Promise.all([expect(underWay).rejects.toThrow(RedisUnavailable), redis.close()]);
    await expect(redis.publish('channel', 'x')).rejects.toThrow(RedisUnavailable);
    expect(lines).toEqual([]);
  });
});

test('a server absent at start delays nothing, and the connection can be closed', async () => {
  await using proxy = await tcpProxy(redisUrl);
  await proxy.goAway();
  const said: { reason: string }[] = [];
  const say = (fields: object): void => void said.push(fields as { reason: string });
  const logger = { debug: say, info: say, warn: say, error: say };
  const redis = createRedis(proxy.url, { logger, clock: systemClock, random: systemRandom });
  await redis.settled;
  await expect(redis.check()).rejects.toThrow(RedisUnavailable);
  expect(said).toEqual([{ reason: expect.stringContaining('ECONNREFUSED') }]);
  await redis.close();
});
