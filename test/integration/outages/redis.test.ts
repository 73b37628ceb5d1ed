import { describe, expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { isRedisMissing, redisUrl, temporaryRedis } from '../../support/redis.ts';
import { startRedisServer } from '../../support/redis-server.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';

const WARNING = { name: 'redis', detail: expect.stringContaining('other replicas') };

async function readiness(url: string): Promise<[status: number, body: unknown]> {
  const response = await fetch(`${url}/readyz`);
  return [response.status, await response.json()];
}

describe.skipIf(isRedisMissing)('Redis', () => {
  test('while it is away the gateway is ready, with a warning that ends when it is back', async () => {
    await using server = await temporaryRedis();
    await using proxy = await tcpProxy(redisUrl);
    await using gateway = await bootGateway({ env: { REDIS_URL: proxy.url, REDIS_PREFIX: server.prefix } });
    expect(await readiness(gateway.url)).toEqual([200, { status: 'ok' }]);
    await proxy.goAway();
    expect(await readiness(gateway.url)).toEqual([200, { status: 'ok', warnings: [WARNING] }]);
    await proxy.comeBack();
    await expect.poll(() => readiness(gateway.url), { timeout: 10_000 }).toEqual([200, { status: 'ok' }]);
  });

  test('a server that answers PING but accepts no writes is a warning', async () => {
    await using server = await startRedisServer('standalone');
    await using gateway = await bootGateway({ env: { REDIS_URL: server.url } });
    await server.command('REPLICAOF', '127.0.0.1', '1');
    expect(await readiness(gateway.url)).toEqual([200, { status: 'ok', warnings: [WARNING] }]);
    await server.command('REPLICAOF', 'NO', 'ONE');
    expect(await readiness(gateway.url)).toEqual([200, { status: 'ok' }]);
  });

  test('a server that delivers no messages is a warning', async () => {
    await using server = await startRedisServer('standalone');
    await using gateway = await bootGateway({ env: { REDIS_URL: server.url } });
    await server.command('ACL', 'SETUSER', 'default', 'resetchannels', '&other');
    expect(await readiness(gateway.url)).toEqual([200, { status: 'ok', warnings: [WARNING] }]);
  });

  test.each(['sentinel', 'cluster'] as const)(
    'a server in %s mode is refused by name at the start',
    async (mode) => {
      await using server = await startRedisServer(mode);
      const booted = bootGateway({ env: { REDIS_URL: server.url } });
      await expect(booted.then((gateway) => readiness(gateway.url))).rejects.toThrow(
        new RegExp(`^REDIS_URL leads to a Redis ${mode}, .+ \\(127.0.0.1:\\d+\\)$`, 'i'),
      );
    },
  );

  test.each([
    [
      'a wrong password',
      'somebody',
      /^Redis at 127.0.0.1:\d+ refused the user name or the password of REDIS_URL$/,
    ],
    ['no password', '', /^Redis at 127.0.0.1:\d+ asks for a password, and REDIS_URL has none$/],
  ])('%s stops the start, and is not repeated', async (_what, password, message) => {
    await using server = await startRedisServer('standalone');
    await server.command('CONFIG', 'SET', 'requirepass', 'hunter2-hunter2');
    const url = new URL(server.url);
    url.password = password;
    await expect(bootGateway({ env: { REDIS_URL: url.href } })).rejects.toThrow(message);
  });
});
