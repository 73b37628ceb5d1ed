import { describe, expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { isRedisMissing, redisUrl, temporaryRedis } from '../../support/redis.ts';
import { sharedKeys } from '../../support/replicas.ts';

const AGENTS = '{ agents { id } }';

/** A user of two gateways on one database, who is remembered at both; the time of `there` moves by hand. */
async function bootPair(env: Record<string, string> = {}) {
  await using started = new AsyncDisposableStack();
  const database = started.use(await temporaryDatabase());
  const shared = { DATABASE_URL: database.url, JWT_ISSUER: 'http://gateway.test', ...sharedKeys(), ...env };
  const clock = createManualClock(Date.now());
  const one = started.use(await bootGateway({ polls: false, env: shared }));
  const other = started.use(await bootGateway({ polls: false, env: shared, clock, upstream: one.simulator }));
  const here = await one.signUpWithCredential();
  const there = createGraphQLClient(other.url);
  Object.assign(there.tokens, here.tokens);
  for (const client of [here, there]) await client.ask(AGENTS);
  const stack = started.move();
  return { one, here, there, clock, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function codeOf(client: GraphQLClient): Promise<string | undefined> {
  const { errors } = await client.graphql(AGENTS);
  return errors?.[0]?.extensions.code;
}

/** Until the answer is the expected one: a message between processes takes a moment. */
function soon(client: GraphQLClient, code: string | undefined) {
  return expect.poll(() => codeOf(client), { interval: 10, timeout: 10_000 }).toBe(code);
}

async function deleteCredential(client: GraphQLClient): Promise<void> {
  const { viewer } = await client.ask<{ viewer: { credentials: { id: string }[] } }>(
    '{ viewer { credentials { id } } }',
  );
  await client.ask('mutation ($id: ID!) { deleteCredential(id: $id) }', {
    id: viewer.credentials[0]?.id,
  });
}

describe.skipIf(isPostgresMissing)('what a replica remembers, without Redis', () => {
  test('a session that ended elsewhere is refused after 4 s', async () => {
    await using pair = await bootPair();
    await pair.here.post('/v1/auth/logout', {});
    expect(await codeOf(pair.here)).toBe('UNAUTHENTICATED');
    await pair.clock.advance(3_999);
    expect(await codeOf(pair.there)).toBeUndefined();
    await pair.clock.advance(1);
    expect(await codeOf(pair.there)).toBe('UNAUTHENTICATED');
  });

  test('a credential that was deleted elsewhere is not used after 5 s', async () => {
    await using pair = await bootPair();
    await deleteCredential(pair.here);
    expect(await codeOf(pair.here)).toBe('CREDENTIAL_MISSING');
    await pair.clock.advance(5_000);
    expect(await codeOf(pair.there)).toBe('CREDENTIAL_MISSING');
  });
});

describe.skipIf(isPostgresMissing || isRedisMissing)('what a replica remembers, with Redis', () => {
  test('a session that ended elsewhere, and a credential that was deleted elsewhere, are forgotten', async () => {
    await using redis = await temporaryRedis();
    await using pair = await bootPair({ REDIS_URL: redisUrl, REDIS_PREFIX: redis.prefix });
    await deleteCredential(pair.here);
    await soon(pair.there, 'CREDENTIAL_MISSING');
    await pair.here.saveCredential(seededAccount);
    await soon(pair.there, undefined);
    await pair.here.post('/v1/auth/logout', {});
    await soon(pair.there, 'UNAUTHENTICATED');
  });
});
