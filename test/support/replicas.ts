import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { createGraphQLClient, type GraphQLClient } from './client.ts';
import { bootGateway, type Gateway } from './gateway.ts';
import { type TemporaryDatabase, temporaryDatabase } from './postgres.ts';

/** Several gateways on one PostgreSQL, one Redis and one upstream. */
export interface Replicas extends AsyncDisposable {
  gateways: Gateway[];
  simulator: Simulator;
  database: TemporaryDatabase;
  /** The environment of all replicas. */
  env: Record<string, string>;
  /** The same user at another replica: the same tokens, another address. */
  at(client: GraphQLClient, index: number): GraphQLClient;
}

export interface ReplicasOptions {
  count?: number;
  env?: Record<string, string>;
  simulator?: SimulatorOptions;
}

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** Random secrets that all replicas must share. */
export function sharedKeys(): { ENCRYPTION_KEYS: string; JWT_PRIVATE_KEYS: string } {
  return {
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    JWT_PRIVATE_KEYS: generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  };
}

/** Boots replicas in this process, which share only what real replicas share. */
export async function bootReplicas({ count = 3, env, simulator: options }: ReplicasOptions = {}) {
  await using started = new AsyncDisposableStack();
  const database = started.use(await temporaryDatabase());
  const simulator = await startSimulator({ pace: 'fast', ...options });
  started.defer(() => simulator.close());
  const shared = {
    DATABASE_URL: database.url,
    REDIS_URL,
    REDIS_PREFIX: `quantgate-test-${randomBytes(6).toString('hex')}:`,
    JWT_ISSUER: 'http://gateway.test',
    ...sharedKeys(),
    ...env,
  };
  const gateways = await Promise.all(
    Array.from({ length: count }, () => bootGateway({ upstream: simulator, env: shared })),
  );
  for (const gateway of gateways) started.use(gateway);
  const stack = started.move();
  const replicas: Replicas = {
    gateways,
    simulator,
    database,
    env: shared,
    at(client, index) {
      const gateway = gateways[index];
      if (gateway === undefined) throw new Error(`there is no replica ${index}`);
      const twin = createGraphQLClient(gateway.url);
      Object.assign(twin.tokens, client.tokens);
      return twin;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return replicas;
}
