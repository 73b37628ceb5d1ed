import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient } from '../../support/client.ts';
import type { Gateway } from '../../support/gateway.ts';
import { isPostgresMissing } from '../../support/postgres.ts';
import { isRedisMissing, temporaryRedis } from '../../support/redis.ts';
import { bootPair, on, openAt, SWEEP_MS } from '../../support/replica-pair.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

async function statusOf(response: Promise<Response>): Promise<number> {
  return (await response).status;
}

describe.skipIf(isPostgresMissing)('without Redis', () => {
  test('a session ended on another replica is closed by the next sweep, and no other', async () => {
    await using pair = await bootPair(ADMIN_ENV);
    const { one, clock } = pair;
    const ada = await openAt(pair, 'ada@example.com');
    const bob = await openAt(pair, 'bob@example.com');

    const root = createGraphQLClient(one.url);
    Object.assign(root.tokens, await root.post('/v1/auth/login', ADMIN));
    const made = await root.post<{ id: string; secret: string; secrets: { id: string }[] }>(
      '/v1/service-accounts',
      { name: 'robot', scopes: ['read'] },
    );
    const { access_token } = await createGraphQLClient(one.url).post<{ access_token: string }>(
      '/v1/auth/token',
      {
        grant_type: 'client_credentials',
        client_id: made.id,
        client_secret: made.secret,
      },
    );
    await using robot = await openAcknowledged(pair.other.url, access_token);

    await ada.client.post('/v1/auth/logout', {});
    expect(await statusOf(root.request(`/v1/service-accounts/${made.id}`, { method: 'DELETE' }))).toBe(204);
    await clock.advance(SWEEP_MS);
    expect(await ada.socket.closed).toMatchObject({ code: 4403, reason: 'Session ended' });
    expect(await robot.closed).toMatchObject({ code: 4403, reason: 'Session ended' });
    await ada.stream.events.until((event) => event.comment === 'Session ended');

    await clock.advance(SWEEP_MS);
    bob.socket.send({ type: 'ping' });
    expect(await bob.socket.messages.next()).toMatchObject({ type: 'pong' });
    expect(bob.stream.response.complete).toBe(false);
    bob.stream.close();
    bob.socket.socket.terminate();
  });
});

describe.skipIf(isPostgresMissing || isRedisMissing)('with Redis', () => {
  test('a session ended on one replica is closed on the other before any sweep', async () => {
    await using redis = await temporaryRedis();
    await using pair = await bootPair(on(redis));
    const ada = await openAt(pair, 'ada@example.com');
    await using bob = (await openAt(pair, 'bob@example.com')).socket;
    await ada.client.post('/v1/auth/logout', {});
    expect(await ada.socket.closed).toMatchObject({ code: 4403, reason: 'Session ended' });
    await ada.stream.events.until((event) => event.comment === 'Session ended');
    bob.send({ type: 'ping' });
    expect(await bob.messages.next()).toMatchObject({ type: 'pong' });
  });

  test("failed sign-ins count on all replicas together, without users' names in Redis", async () => {
    await using redis = await temporaryRedis();
    await using pair = await bootPair({ ...on(redis), LOGIN_RATE: '4/10m' });
    await pair.one.signUp('ada@example.com');
    const guess = ({ url }: Gateway) =>
      statusOf(
        createGraphQLClient(url).request('/v1/auth/login', {
          method: 'POST',
          body: JSON.stringify({ email: 'ada@example.com', password: 'not that one' }),
        }),
      );
    const outcomes = [];
    for (let round = 0; round < 3; round += 1) outcomes.push(await guess(pair.one), await guess(pair.other));
    expect(outcomes).toEqual([401, 401, 401, 401, 429, 429]);

    const contents = await redis.contents();
    const kept = [...contents].flat();
    expect([...contents.keys()].map((key) => key.split(':', 2).join(':')).sort()).toEqual([
      'windows:account',
      'windows:address',
      'windows:network',
      'windows:network-tries',
    ]);
    for (const text of ['ada@example.com', '127.0.0.1']) {
      const plain = createHash('sha256').update(text).digest();
      for (const form of [
        text,
        plain.toString('hex'),
        plain.toString('base64url'),
        plain.toString('base64'),
      ]) {
        expect(kept.join('\n')).not.toContain(form);
      }
    }
  });
});
