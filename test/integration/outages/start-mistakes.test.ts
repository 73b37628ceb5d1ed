import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { freePort, runGateway, spawnGateway, temporaryFolder } from '../../support/process.ts';
import { isRedisMissing } from '../../support/redis.ts';
import { startRedisServer } from '../../support/redis-server.ts';
import { startRefusingPostgres } from '../../support/refusing-postgres.ts';
import { sharedKeys } from '../../support/replicas.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';

type Environment = Record<string, string>;

/** Makes the mistake in an empty folder and returns the variables that lead to it. */
type Mistake = (folder: string, stack: AsyncDisposableStack) => Promise<Environment>;

const SERVER = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const SECRET = 'hunter2-hunter2';

const postgresAt = (change: (url: URL) => void): Environment => {
  const url = new URL(SERVER);
  change(url);
  return { DATABASE_URL: url.href };
};

const refusing =
  (code: string, message: string): Mistake =>
  async (_folder, stack) => {
    const { port } = stack.use(await startRefusingPostgres({ code, message }));
    return { DATABASE_URL: `postgres://ada:${SECRET}@127.0.0.1:${port}/quantgate` };
  };

const withoutServers: [what: string, mistake: Mistake, line: RegExp][] = [
  [
    'an unknown database host',
    async () => ({ DATABASE_URL: `postgres://ada:${SECRET}@nowhere.invalid/quantgate` }),
    /^PostgreSQL at nowhere\.invalid:5432 cannot be found: .*DATABASE_URL$/,
  ],
  [
    'a wrong password of the database',
    refusing('28P01', 'password authentication failed for user "ada"'),
    /^PostgreSQL at 127\.0\.0\.1:\d+ refused the password of user "ada": .*DATABASE_URL$/,
  ],
  [
    'a role that does not exist',
    refusing('28000', 'role "ada" does not exist'),
    /^PostgreSQL at 127\.0\.0\.1:\d+ has no role "ada": .*$/,
  ],
  [
    'a host that pg_hba.conf does not name',
    refusing('28000', 'no pg_hba.conf entry for host "10.0.0.1", user "ada", database "quantgate"'),
    /^PostgreSQL at 127\.0\.0\.1:\d+ does not let user "ada" in: .*pg_hba\.conf.*$/,
  ],
  [
    'a database that wants TLS',
    refusing(
      '28000',
      'no pg_hba.conf entry for host "10.0.0.1", user "ada", database "quantgate", no encryption',
    ),
    /^PostgreSQL at 127\.0\.0\.1:\d+ .*sslmode=verify-full.*$/,
  ],
  [
    'a garbage SQLite file',
    async (folder) => {
      await writeFile(join(folder, 'quantgate.db'), 'garbage '.repeat(1_000));
      return {};
    },
    /^.*quantgate\.db is not a SQLite database: .*$/,
  ],
  [
    'a folder in place of the SQLite file',
    async (folder) => {
      await mkdir(join(folder, 'quantgate.db'));
      return {};
    },
    /^.*quantgate\.db cannot be opened \(EISDIR\): .*$/,
  ],
  [
    'DATA_DIR that is a file',
    async (folder) => {
      await writeFile(join(folder, 'file'), '');
      return { DATA_DIR: join(folder, 'file') };
    },
    /^DATA_DIR .*file is not a folder: .*$/,
  ],
  [
    'DATA_DIR below a file',
    async (folder) => {
      await writeFile(join(folder, 'file'), '');
      return { DATA_DIR: join(folder, 'file/data') };
    },
    /^DATA_DIR .*file\/data is not a folder: .*$/,
  ],
  [
    'DATA_DIR that cannot be written',
    async (folder) => {
      await chmod(folder, 0o500);
      // Modes mean nothing to root. Nobody can make a folder there.
      return { DATA_DIR: process.getuid?.() === 0 ? '/sys/quantgate' : join(folder, 'data') };
    },
    /^DATA_DIR .* cannot be written \(E\w+\): .*$/,
  ],
  [
    'a key file that holds no key',
    async (folder) => {
      await writeFile(join(folder, 'encryption-keys'), SECRET);
      return {};
    },
    /^.*encryption-keys must read kid:base64.*$/,
  ],
  [
    'a common password of the administrator',
    async () => ({ ADMIN_EMAIL: 'ada@example.com', ADMIN_PASSWORD: 'Password1' }),
    /^ADMIN_PASSWORD is one of the most common passwords$/,
  ],
  [
    'the name of the product as the password of the administrator',
    async () => ({ ADMIN_EMAIL: 'ada@example.com', ADMIN_PASSWORD: 'quantgate2026' }),
    /^ADMIN_PASSWORD must not be the name of this product$/,
  ],
  [
    'a port that is taken',
    async (_folder, stack) => {
      const port = await freePort();
      const server = createServer().listen(Number(port), '127.0.0.1');
      stack.defer(() => void server.close());
      return { PORT: port };
    },
    /^port \d+ is taken on 127\.0\.0\.1: .*PORT.*$/,
  ],
  [
    'a host that is not ours',
    async () => ({ HOST: '192.0.2.1' }),
    /^HOST 192\.0\.2\.1 is no address of this machine: .*$/,
  ],
  [
    'a host that is not known',
    async () => ({ HOST: 'nowhere.invalid' }),
    /^HOST nowhere\.invalid cannot be found: .*$/,
  ],
];

const withPostgres: typeof withoutServers = [
  [
    'a role without rights',
    async (_folder, stack) => {
      const database = stack.use(await temporaryDatabase());
      const role = `quantgate_${Date.now()}`;
      await database.run(`create role ${role} login`);
      stack.defer(async () => void (await database.run(`drop role ${role}`)));
      return {
        DATABASE_URL: Object.assign(new URL(database.url), { username: role }).href,
      };
    },
    /^PostgreSQL at .* does not let user "quantgate_\d+" create tables in "\w+": grant .*$/,
  ],
  [
    'a real role that does not exist',
    async () => postgresAt((url) => Object.assign(url, { username: 'nobody_at_all' })),
    /^PostgreSQL at .* has no role "nobody_at_all": .*$/,
  ],
  [
    'TLS to a server without',
    async () => postgresAt((url) => url.searchParams.set('sslmode', 'require')),
    /^PostgreSQL at .* does not speak TLS: .*sslmode.*$/,
  ],
];

const withRedis: typeof withoutServers = [
  [
    'a wrong password of Redis',
    async (_folder, stack) => {
      const server = stack.use(await startRedisServer('standalone'));
      await server.command('CONFIG', 'SET', 'requirepass', 'right');
      return { REDIS_URL: server.url.replace('//', `//:${SECRET}@`) };
    },
    /^Redis at 127\.0\.0\.1:\d+ refused the user name or the password of REDIS_URL$/,
  ],
  [
    'a Redis Sentinel',
    async (_folder, stack) => ({ REDIS_URL: stack.use(await startRedisServer('sentinel')).url }),
    /^REDIS_URL leads to a Redis Sentinel, .*$/,
  ],
];

/** The environment of a mistake has no ENCRYPTION_KEYS, because one mistake is in the file that stands for them. */
const failsWith = async (mistake: Mistake, line: RegExp): Promise<void> => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const { JWT_PRIVATE_KEYS } = sharedKeys();
  const env = { PORT: '0', DATA_DIR: folder.path, JWT_PRIVATE_KEYS, ...(await mistake(folder.path, stack)) };
  const { code, stderr } = await runGateway(env);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr.trim()).toMatch(line);
  expect(stderr).not.toContain(SECRET);
  expect(code).toBe(1);
};

test.each(withoutServers)('%s stops the start with one line', (_what, mistake, line) =>
  failsWith(mistake, line),
);

test('a signal while the database is waited for ends the process with 0', async () => {
  await using folder = await temporaryFolder();
  const DATABASE_URL = `postgres://ada@127.0.0.1:${await freePort()}/quantgate`;
  const { child, output, exited } = spawnGateway({ DATA_DIR: folder.path, DATABASE_URL });
  await expect.poll(() => output().stdout, { timeout: 20_000 }).toContain('waiting for it up to 30 s');
  child.kill('SIGTERM');
  expect(await exited).toMatchObject({ code: 0, stderr: '' });
});

describe.skipIf(isPostgresMissing)('with PostgreSQL', () => {
  test.each(withPostgres)('%s stops the start with one line', (_what, mistake, line) =>
    failsWith(mistake, line),
  );

  test('a database that is not there yet is waited for, with one line', async () => {
    await using database = await temporaryDatabase();
    await using proxy = await tcpProxy(database.url);
    await using folder = await temporaryFolder();
    await proxy.goAway();
    const env = { PORT: '0', DATA_DIR: folder.path, DATABASE_URL: proxy.url };
    const { child, output, exited } = spawnGateway(env);
    await expect.poll(() => output().stdout, { timeout: 20_000 }).toContain('waiting for it up to 30 s');
    await proxy.comeBack();
    await expect.poll(() => output().stdout, { timeout: 20_000 }).toContain('"address":"http:');
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await exited;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/refused the connection: .*; waiting for it/g)).toHaveLength(1);
  });
});

describe.skipIf(isRedisMissing)('with Redis', () => {
  test.each(withRedis)('%s stops the start with one line', (_what, mistake, line) =>
    failsWith(mistake, line),
  );
});
