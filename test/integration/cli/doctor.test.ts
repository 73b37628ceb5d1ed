import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../simulator/index.ts';
import type { Check } from '../../../src/cli/doctor/check.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { migrations } from '../../../src/store/migrations/index.ts';
import { openStore } from '../../../src/store/store.ts';
import { type CommandWorld, runCommandIn } from '../../support/command-line.ts';
import { bootGateway } from '../../support/gateway.ts';
import { isPgBouncerMissing, startPgBouncer } from '../../support/pgbouncer.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { freePort, startGateway, temporaryFolder } from '../../support/process.ts';
import { redisUrl } from '../../support/redis.ts';
import { startRedisServer } from '../../support/redis-server.ts';

let simulator: Simulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  simulator = await startSimulator({ port: 0 });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await simulator.close();
  await folder[Symbol.asyncDispose]();
});

type Env = Record<string, string>;

/** A folder of its own below that of all tests. */
const ownFolder = async (): Promise<string> => {
  const path = join(folder.path, randomBytes(6).toString('hex'));
  await mkdir(path, { mode: 0o700 });
  return path;
};

/** An environment with which nothing is wrong. */
const sound = async (more: Env = {}): Promise<Env> => ({
  DATA_DIR: await ownFolder(),
  PORT: '0',
  QUANTCONNECT_BASE_URL: simulator.url,
  QUANTCDN_BASE_URL: simulator.quantCdnUrl,
  ...more,
});

const newKey = (kid: string): string => `${kid}:${randomBytes(32).toString('base64')}`;
const signingKey = JSON.stringify({
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
});

/** An environment of production with which nothing is wrong. */
const production = async (more: Env = {}): Promise<Env> =>
  sound({
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://gateway.example.com',
    ENCRYPTION_KEYS: newKey('k1'),
    JWT_PRIVATE_KEYS: signingKey,
    ...more,
  });

const examine = async (env: Env, world: CommandWorld = {}): Promise<{ code?: number; checks: Check[] }> => {
  const { code, stdout, stderr } = await runCommandIn({ folder: folder.path, ...world, env }, [
    'doctor',
    '--json',
  ]);
  expect(stderr).toBe('');
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return { ...(code !== undefined && { code }), checks };
};

/** What is not as it should be: `status name: detail`. */
const troubles = (checks: Check[]): string[] =>
  checks
    .filter(({ status }) => status !== 'ok')
    .map(({ status, name, detail }) => `${status} ${name}: ${detail}`);

const troublesOf = async (env: Env, world?: CommandWorld): Promise<string[]> => {
  const { code, checks } = await examine(env, world);
  const found = troubles(checks);
  expect(code).toBe(found.some((line) => line.startsWith('fail')) ? 1 : 0);
  return found;
};

/** A server that answers every request alike. */
const answering = async (headers: Record<string, string>, body: string) => {
  const server = createHttpServer((_request, response) => response.writeHead(200, headers).end(body));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

test('finds nothing where nothing is wrong, in development and in production', async () => {
  expect(await troublesOf(await sound())).toEqual([]);
  expect(await troublesOf(await production())).toEqual([]);
});

test('prints one line for each check: the status, the name, and what was found', async () => {
  const { code, stdout } = await runCommandIn({ env: await sound({ CORS_ORIGIN: 'x' }) }, ['doctor']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ok {4}configuration +Every variable can be used/);
  expect(stdout).toMatch(/^warn {2}variables +CORS_ORIGIN is no variable .* did you mean CORS_ORIGINS\?$/m);
});

describe('a planted misconfiguration is found by name:', () => {
  test('an unknown variable', async () => {
    expect(await troublesOf(await sound({ POLL_INTERVALS: '1s', UPSTREAM_PROXY: 'x' }))).toEqual([
      'warn variables: POLL_INTERVALS is no variable of the gateway: did you mean POLL_INTERVAL?',
      'warn variables: UPSTREAM_PROXY is no variable of the gateway: remove it',
    ]);
  });

  test.each([
    [
      'a malformed variable',
      { POLL_INTERVAL: 'soon' },
      /^fail configuration: POLL_INTERVAL must be a duration/,
    ],
    [
      'CORS for everybody',
      { CORS_ORIGINS: '*' },
      /^fail configuration: CORS_ORIGINS must be comma separated/,
    ],
    [
      'a key id twice',
      { ENCRYPTION_KEYS: `${newKey('k1')},${newKey('k1')}` },
      /^fail configuration: ENCRYPTION_KEYS .*names one kid twice/,
    ],
    ['missing keys in production', { NODE_ENV: 'production' }, /ENCRYPTION_KEYS must be set in production/],
    [
      'a guessable key',
      { ENCRYPTION_KEYS: `k1:${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}` },
      /^fail keys: ENCRYPTION_KEYS: the key k1 is not random/,
    ],
    ['a mode that is none', { NODE_ENV: 'prod' }, /^warn production: NODE_ENV is prod/],
  ])('%s', async (_name, env, line) => {
    const found = await troublesOf(await sound(env));
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(line)]));
  });

  test.each([
    ['PUBLIC_URL without TLS', { PUBLIC_URL: 'http://gateway.example.com' }, /PUBLIC_URL is http:/],
    ['registration for everybody', { REGISTRATION: 'open' }, /REGISTRATION is open/],
    ['GraphiQL', { GRAPHIQL: 'on' }, /GRAPHIQL is on/],
    ['introspection', { INTROSPECTION: 'on' }, /INTROSPECTION is on/],
    ['a page without TLS', { CORS_ORIGINS: 'http://app.example.com' }, /CORS_ORIGINS has http:/],
    ['a proxy that is not named', { HOST: '0.0.0.0' }, /TRUST_PROXY is not set/],
    ['webhooks to addresses inside', { WEBHOOK_ALLOW_PRIVATE: 'true' }, /WEBHOOK_ALLOW_PRIVATE is on/],
  ])('in production, %s', async (_name, env, line) => {
    expect(await troublesOf(await production(env))).toEqual([
      expect.stringMatching(new RegExp(`^warn production: ${line.source}`)),
    ]);
  });

  test('a DATA_DIR that cannot be used, and one that is open to others', async () => {
    const path = await ownFolder();
    await writeFile(join(path, 'file'), '');
    expect(await troublesOf(await sound({ DATA_DIR: join(path, 'file') }))).toContainEqual(
      expect.stringMatching(/^fail data-dir: DATA_DIR .* is not a folder/),
    );
    await chmod(path, 0o755);
    expect(await troublesOf(await sound({ DATA_DIR: path }))).toEqual([
      expect.stringMatching(/^warn data-dir: .* chmod 700/),
    ]);
  });

  test('a disk without room', async () => {
    expect(await troublesOf(await sound(), { freeBytes: 500 * 2 ** 20 })).toEqual([
      expect.stringMatching(/^warn disk: Only 500 MB free/),
    ]);
    expect(await troublesOf(await sound(), { freeBytes: 2 ** 20 })).toEqual([
      expect.stringMatching(/^fail disk: Only 1 MB free/),
    ]);
  });

  test('a port that another program has', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await troublesOf(await sound({ PORT: String(port) }))).toEqual([
      `fail port: port ${port} is taken on 127.0.0.1: end what uses it, or set PORT`,
    ]);
    expect(await troublesOf(await sound({ METRICS_PORT: String(port) }))).toEqual([
      `fail metrics-port: port ${port} is taken on 127.0.0.1: end what uses it, or set METRICS_PORT`,
    ]);
    other.close();
  });

  test('a store that is older or newer', async () => {
    const env = await sound();
    const path = join(env.DATA_DIR!, 'quantgate.db');
    const [[first, migration] = []] = Object.entries(migrations);
    const older = await openStore(path, { migrations: { [first!]: migration! } });
    await older.close();
    expect(await troublesOf(env)).toEqual([expect.stringMatching(/^warn schema: Pending migrations: 0002/)]);

    await (await startGateway(env)).end('SIGTERM');
    const store = await openStore(path);
    await store.db
      .insertInto('kysely_migration' as never)
      .values({ name: '9998-later', timestamp: '' } as never)
      .execute();
    expect(await troublesOf(env)).toEqual([
      expect.stringMatching(/^warn schema: .*newer version: 9998-later/),
    ]);
    await store.db
      .insertInto('kysely_migration' as never)
      .values({ name: '9999-needs-9998-drop', timestamp: '' } as never)
      .execute();
    await store.close();
    expect(await troublesOf(env)).toEqual([expect.stringMatching(/^fail schema: .*start the newer version/)]);
  });

  test('a key that rows need, and another key under its name', async () => {
    const ENCRYPTION_KEYS = newKey('k1');
    await using gateway = await bootGateway({ upstream: simulator, polls: false, env: { ENCRYPTION_KEYS } });
    await gateway.signUpWithCredentials();
    const env = await sound({ DATA_DIR: gateway.config.dataDir });
    expect(await troublesOf({ ...env, ENCRYPTION_KEYS })).toEqual([]);
    expect(await troublesOf({ ...env, ENCRYPTION_KEYS: newKey('k2') })).toEqual([
      'fail stored-keys: ENCRYPTION_KEYS lacks the key k1, which 2 rows need: add it back after the first one',
    ]);
    expect(await troublesOf({ ...env, ENCRYPTION_KEYS: newKey('k1') })).toEqual([
      expect.stringMatching(/^fail stored-keys: ENCRYPTION_KEYS has another key under the name k1/),
    ]);
  });

  test('an upstream that is away, is something else, or has another time', async () => {
    const port = await freePort();
    await using page = await answering({ 'content-type': 'text/html' }, '<h1>Sign in</h1>');
    const away = await sound({
      QUANTCONNECT_BASE_URL: `http://127.0.0.1:${port}`,
      QUANTCDN_BASE_URL: page.url,
    });
    expect(await troublesOf(away)).toEqual([
      `fail quantconnect: 127.0.0.1:${port} cannot be reached (ECONNREFUSED): check the network, a proxy, and QUANTCONNECT_BASE_URL`,
      expect.stringMatching(
        /^fail quantcdn: .* and a page of HTML, no JSON: .* QUANTCDN_BASE_URL leads to something else$/,
      ),
    ]);
    const clock = { ...systemClock, now: () => Date.now() + 120_000 };
    expect(await troublesOf(await sound(), { runtime: { clock } })).toEqual([
      expect.stringMatching(/^fail quantconnect-clock: .* (119|120|121) s ahead of the upstream's/),
      expect.stringMatching(/^fail quantcdn-clock: /),
    ]);
  });

  test('a Redis that is away, and one that is a sentinel', async () => {
    const port = await freePort();
    expect(await troublesOf(await sound({ REDIS_URL: `redis://127.0.0.1:${port}` }))).toEqual([
      expect.stringMatching(`^fail redis: Redis at 127.0.0.1:${port} cannot be used \\(.*ECONNREFUSED`),
    ]);
    await using sentinel = await startRedisServer('sentinel');
    expect(await troublesOf(await sound({ REDIS_URL: sentinel.url }))).toEqual([
      expect.stringMatching(/^fail redis: REDIS_URL leads to a Redis Sentinel/),
    ]);
  });

  test('a PostgreSQL that refuses the connection', async () => {
    const port = await freePort();
    const DATABASE_URL = `postgres://ada@127.0.0.1:${port}/quantgate`;
    expect(await troublesOf(await sound({ DATABASE_URL, REDIS_URL: redisUrl }))).toEqual([
      `fail store: PostgreSQL at 127.0.0.1:${port} refused the connection: start it, or correct host and port in DATABASE_URL`,
    ]);
  });

  test('a secret file that others can read', async () => {
    const path = await ownFolder();
    await writeFile(join(path, '.env'), '', { mode: 0o644 });
    expect(await troublesOf(await sound(), { folder: path })).toEqual([
      expect.stringMatching(/^warn env-file: .*chmod 600 \.env/),
    ]);
  });
});

describe.skipIf(isPostgresMissing)('with PostgreSQL', () => {
  test('names the version and a missing Redis, and a role that has no rights', async () => {
    await using database = await temporaryDatabase();
    const env = await sound({ DATABASE_URL: database.url });
    const { checks } = await examine(env);
    expect(troubles(checks)).toEqual([expect.stringMatching(/^warn replicas: REDIS_URL is not set/)]);
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'store', detail: expect.stringMatching(/^PostgreSQL 1\d/) }),
    );
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'pooler', detail: 'No pooler is in between' }),
    );

    const role = `quantgate_doctor_${randomBytes(4).toString('hex')}`;
    await database.run(`create role ${role} login; revoke create on schema public from public`);
    const url = new URL(database.url);
    url.username = role;
    const found = await troublesOf({ ...env, DATABASE_URL: url.href, REDIS_URL: redisUrl });
    expect(found).toEqual([
      expect.stringMatching(`^fail store: .* does not let user "${role}" create tables`),
    ]);
    await database.run(`drop role ${role}`);
  });

  test.skipIf(isPgBouncerMissing)('names a pooler in transaction mode, with which all is well', async () => {
    await using database = await temporaryDatabase();
    await using pooler = await startPgBouncer(database.url);
    const { code, checks } = await examine(await sound({ DATABASE_URL: pooler.url, REDIS_URL: redisUrl }));
    expect({ code, troubles: troubles(checks) }).toEqual({ code: 0, troubles: [] });
    expect(checks).toContainEqual({
      name: 'pooler',
      status: 'ok',
      detail: 'A pooler in transaction mode is in between',
    });
  });
});

test('beside the running gateway of this configuration nothing is wrong', async () => {
  const env = await sound({ PORT: await freePort(), METRICS_PORT: await freePort() });
  await using _gateway = await startGateway(env);
  const { code, checks } = await examine(env);
  expect({ code, troubles: troubles(checks) }).toEqual({ code: 0, troubles: [] });
  for (const name of ['port', 'metrics-port'])
    expect(checks).toContainEqual(
      expect.objectContaining({ name, detail: expect.stringMatching('held by') }),
    );
});
