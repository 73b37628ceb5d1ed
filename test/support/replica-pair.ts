import { expect } from 'vitest';
import { bootGateway, type Gateway } from './gateway.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { type TemporaryDatabase, temporaryDatabase } from './postgres.ts';
import { redisUrl, type TemporaryRedis } from './redis.ts';
import { sharedKeys } from './replicas.ts';
import { openAcknowledged } from './socket-probe.ts';
import { openEvents } from './sse-client.ts';

/** Longest time from one sweep to the next. */
export const SWEEP_MS = 4_000;
const EVENTS = 'subscription { deploymentEvents(after: "0") { id } }';

/** Two gateways on one database. */
export interface Pair extends AsyncDisposable {
  /** Where things are done. */
  one: Gateway;
  /** Where things are open; its time stands still, so that it never sweeps by itself. */
  other: Gateway;
  clock: ManualClock;
  database: TemporaryDatabase;
}

/** Two gateways on one database, with a Redis between them or without. */
export async function bootPair(env: Record<string, string> = {}): Promise<Pair> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await temporaryDatabase());
  const shared = { DATABASE_URL: database.url, JWT_ISSUER: 'http://gateway.test', ...sharedKeys(), ...env };
  const clock = createManualClock(Date.now());
  const one = started.use(await bootGateway({ polls: false, env: shared }));
  const other = started.use(await bootGateway({ polls: false, env: shared, clock }));
  const stack = started.move();
  return { one, other, clock, database, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The environment of gateways with this Redis between them. */
export function on({ prefix }: TemporaryRedis): Record<string, string> {
  return {
    REDIS_URL: redisUrl,
    REDIS_PREFIX: prefix,
  };
}

/** A user signed in at one replica, with a socket and an event stream at the other. */
export async function openAt({ one, other }: Pair, email: string) {
  const client = await one.signUp(email);
  const token = client.tokens.accessToken;
  const socket = await openAcknowledged(other.url, token);
  const stream = await openEvents(`${other.url}/graphql/stream`, token, { body: { query: EVENTS } });
  expect(stream.status).toBe(200);
  return { client, token, socket, stream };
}
