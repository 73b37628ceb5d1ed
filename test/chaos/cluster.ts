import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { createReplicaClock } from './faults/clock.ts';
import { startPacketPath } from './faults/packet-paths.ts';
import { auditLeases, urlFor } from './lease-audit.ts';
import { REPLICAS } from './plan.ts';
import { type OwnPostgres, startPostgres } from './postgres.ts';
import { type OwnRedis, startRedis } from './redis.ts';
import { createReplica, type Replica } from './replica.ts';
import { createUser, type User } from './user.ts';

/** All processes of a run, and the users of the gateway. */
export interface Cluster {
  simulator: Simulator;
  postgres: OwnPostgres;
  redis: OwnRedis;
  replicas: Replica[];
  balancer: Balancer;
  users: User[];
  /** The users that have a QuantCDN credential as well. */
  listUsers: User[];
  /** The agent that each user deploys. */
  agents: Map<string, string>;
  /** The user, or both users, of each organization. */
  ownerOf: Map<string, string>;
}

/** The replicas' `SHUTDOWN_TIMEOUT`. */
export const SHUTDOWN_TIMEOUT_S = 10;

const PACE = { queueMs: 500, stepMs: 1_000, steps: 10, stopMs: 300 };

/** Deployments that run at once in an organization; high, so that none waits for a node. */
const CAPACITY = 10_000;

/** The first two users store credentials of one upstream account. */
function accountIndexOf(userIndex: number): number {
  return Math.max(0, userIndex - 1);
}

function accountOf(index: number) {
  return {
    userId: String(20_001 + index),
    apiToken: randomBytes(32).toString('hex'),
    organizations: [{ id: randomBytes(16).toString('hex') }],
  };
}

/** The users, by index, that run lists of AI tasks. */
const LIST_USERS = [2, 3];

const SAVE_QUANTCDN = `mutation ($input: QuantCdnCredentialInput!) {
  saved: saveQuantCdnCredential(input: $input) { id }
}`;

function tokenOf(index: number) {
  const organisation = `chaos-${index}`;
  return { token: randomBytes(32).toString('hex'), name: organisation, organisations: [organisation] };
}

/** @param root where the gateway's `src` is @param folder for everything that is written */
export async function startCluster(
  root: string,
  folder: string,
  userCount: number,
  seed: number,
): Promise<Cluster> {
  const accounts = Array.from({ length: accountIndexOf(userCount) }, (_, index) => accountOf(index));
  const tokens = LIST_USERS.map((index) => tokenOf(index));
  const simulator = await startSimulator({ accounts, pace: PACE, seed, quantcdn: { tokens } });
  for (const { organizations } of accounts)
    simulator.control.setCapacity(organizations[0]?.id ?? '', CAPACITY);
  const [postgres, redis] = await Promise.all([startPostgres(folder), startRedis(folder)]);

  const env = {
    DATA_DIR: join(folder, 'data'),
    ENCRYPTION_KEYS: `chaos:${randomBytes(32).toString('base64')}`,
    JWT_PRIVATE_KEYS: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    // Tokens of one replica are valid at all replicas.
    JWT_ISSUER: 'http://chaos',
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    UPSTREAM_TIMEOUT: '2s',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
    POLL_INTERVAL: '500ms',
    POLL_INTERVAL_MAX: '2s',
    LOGIN_RATE: '10000/1m',
    REQUEST_RATE: 'off',
    WEBHOOK_ALLOW_PRIVATE: 'true',
    ACCESS_TOKEN_TTL: '45s',
    REFRESH_GRACE: '30s',
    MAX_SOCKETS_PER_USER: '1000',
    DRAIN_DELAY: '1s',
    SHUTDOWN_TIMEOUT: `${SHUTDOWN_TIMEOUT_S}s`,
  };
  const logFolder = join(folder, 'logs');
  mkdirSync(logFolder);
  const replicas: Replica[] = [];
  for (let index = 1; index <= REPLICAS; index += 1) {
    const name = `replica-${index}`;
    const paths = {
      postgres: await startPacketPath(await urlFor(postgres, name)),
      redis: await startPacketPath(redis.url),
    };
    const clock = createReplicaClock(folder, name);
    replicas.push(await createReplica({ name, root, logFolder, env, paths, clock }));
  }
  // Started together, so that their migrations compete.
  await Promise.all(replicas.map((replica) => replica.start()));
  await auditLeases(postgres);
  const balancer = await startBalancer(replicas.map(({ port }) => port));

  const users: User[] = [];
  const agents = new Map<string, string>();
  const ownerOf = new Map<string, string>();
  for (let index = 0; index < userCount; index += 1) {
    const { userId, apiToken, organizations } = accounts[accountIndexOf(index)] as (typeof accounts)[number];
    const organizationId = organizations[0]?.id ?? '';
    const user = await createUser({
      url: balancer.url,
      email: `user-${index + 1}@example.com`,
      account: userId,
      apiToken,
      organizationId,
    });
    const made = await user.ask<{ agent: { id: string } }>(
      'mutation { agent: createAgent(input: { name: "Heron" }) { id } }',
      {},
    );
    if (!('data' in made)) throw new Error(`No agent: ${made.code}`);
    agents.set(user.id, made.data.agent.id);
    users.push(user);
    ownerOf.set(organizationId, [ownerOf.get(organizationId), user.id].filter(Boolean).join(' or '));
  }
  const listUsers = await Promise.all(
    LIST_USERS.map(async (index, at) => {
      const { token, organisations } = tokens[at] as ReturnType<typeof tokenOf>;
      const input = { organisation: organisations[0], apiToken: token };
      const user = users[index] as User;
      const saved = await user.ask(SAVE_QUANTCDN, { input });
      if ('code' in saved)
        throw new Error(`The QuantCDN credential of ${user.email} was not saved: ${saved.code}`);
      return user;
    }),
  );
  return { simulator, postgres, redis, replicas, balancer, users, listUsers, agents, ownerOf };
}
