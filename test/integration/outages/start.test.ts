import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededAccount, startSimulator } from '../../../simulator/index.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { runGateway, startGateway, temporaryFolder } from '../../support/process.ts';
import { openAcknowledged, openProbe } from '../../support/socket-probe.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64');
async function mode(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

test('ten wrong variables are named in one message, without their values', async () => {
  const wrong = {
    PORT: 'eighty',
    ENCRYPTION_KEYS: 'hunter2-hunter2',
    JWT_PRIVATE_KEYS: 'correct-horse',
    ACCESS_TOKEN_TTL: '10 minutes',
    CORS_ORIGINS: 'page.test',
    QUANTCONNECT_BASE_URL: 'ftp://example.com',
    UPSTREAM_MAX_BYTES: 'much',
    POLL_INTERVAL: 'soon',
    GRAPHQL_MAX_DEPTH: '-1',
    LOGIN_RATE: 'often',
  };
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runGateway({ ...wrong, DATA_DIR: folder.path });

  expect(code).toBe(1);
  expect(stdout).toBe('');
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(11);
  expect(
    lines
      .slice(1)
      .map((line) => line.trim().split(' ')[0])
      .sort(),
  ).toEqual(Object.keys(wrong).sort());
  for (const value of Object.values(wrong)) expect(stderr).not.toContain(value);
});

test('production does not start without its keys', async () => {
  await using folder = await temporaryFolder();
  const { code, stderr } = await runGateway({ NODE_ENV: 'production', DATA_DIR: folder.path });
  expect(code).toBe(1);
  expect(stderr).toContain('ENCRYPTION_KEYS');
  expect(stderr).toContain('JWT_PRIVATE_KEYS');
});

test('a start writes no errors, and its files are private', async () => {
  await using folder = await temporaryFolder();
  const dataDir = join(folder.path, 'data');
  await using gateway = await startGateway({ PORT: '0', DATA_DIR: dataDir });
  await createGraphQLClient(gateway.url).signUp('ada@example.com');

  expect(gateway.output().stderr).toBe('');
  expect(await mode(dataDir)).toBe(0o700);
  for (const file of ['quantgate.db', 'quantgate.db-wal', 'encryption-keys', 'jwt-private-keys.pem']) {
    expect([file, await mode(join(dataDir, file))]).toEqual([file, 0o600]);
  }
});

test.each([
  ['another key under the known name', `k1:${OTHER_KEY}`],
  ['a key of another name only', `k2:${OTHER_KEY}`],
])('%s does not open existing data, and the error says which', async (_what, keys) => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator();
  const env = { PORT: '0', DATA_DIR: folder.path, QUANTCONNECT_BASE_URL: simulator.url };
  {
    await using gateway = await startGateway({ ...env, ENCRYPTION_KEYS: `k1:${KEY}` });
    const ada = createGraphQLClient(gateway.url);
    await ada.signUp('ada@example.com');
    await ada.saveCredential(seededAccount);
  }
  const { code, stderr } = await runGateway({ ...env, ENCRYPTION_KEYS: keys });
  expect(code).toBe(1);
  expect(stderr).toContain('k1');
  expect(stderr).not.toContain(OTHER_KEY);

  await using gateway = await startGateway({ ...env, ENCRYPTION_KEYS: `k2:${OTHER_KEY},k1:${KEY}` });
  const ada = createGraphQLClient(gateway.url);
  await ada.signIn('ada@example.com');
  expect(await ada.ask('{ agents { id } }')).toEqual({ agents: [] });
  await simulator.close();
});

test('a variable that is none, but begins like one of ours: the start warns of it by name, and goes on', async () => {
  await using folder = await temporaryFolder();
  await using gateway = await startGateway({
    ...{ PORT: '0', DATA_DIR: folder.path, CORS_ORIGIN: 'https://hunter2.test', SESSION_MANAGER: 'local' },
  });
  const { stdout } = gateway.output();
  const lines = stdout.split('\n').filter((line) => line.includes('"level":"warn"'));
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'variables that the gateway does not have are left aside: CORS_ORIGIN (did you mean CORS_ORIGINS?)',
  ]);
  expect(stdout).not.toContain('hunter2');
});

test('a failed start ends the process, whatever was open', async () => {
  await using folder = await temporaryFolder();
  await using first = await startGateway({ PORT: '0', DATA_DIR: `${folder.path}/first` });
  const { code, stderr } = await runGateway({
    PORT: new URL(first.url).port,
    DATA_DIR: `${folder.path}/second`,
    REDIS_URL: 'redis://127.0.0.1:6379',
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^port \d+ is taken on 127\.0\.0\.1: /);
});

test('a second process in one folder says who has it and exits; after kill -9 the folder is free', async () => {
  await using folder = await temporaryFolder();
  const env = { PORT: '0', DATA_DIR: folder.path };
  await using first = await startGateway(env);
  const { code, stderr } = await runGateway(env);
  expect(code).toBe(1);
  expect(stderr).toContain(
    `DATA_DIR ${folder.path} is in use by process ${first.child.pid} on ${hostname()}, since`,
  );

  await first.end('SIGKILL');
  await using next = await startGateway(env);
  expect((await fetch(`${next.url}/readyz`)).status).toBe(200);
});

test('SIGTERM finishes accepted requests, closes every socket, and exits 0 in time', async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator();
  await using gateway = await startGateway({
    PORT: '0',
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const sockets = await Promise.all(
    Array.from({ length: 20 }, () => openAcknowledged(gateway.url, ada.tokens.accessToken)),
  );
  for (const probe of sockets) probe.subscribe('1', 'subscription { deploymentEvents { id } }');
  const silent = await openProbe(gateway.url);
  simulator.faults.add({ kind: 'slow', delayMs: 700, match: { path: '/agents/list' } });
  const accepted = ada.ask('{ agents { id } }');
  await expect.poll(() => simulator.calls.count('/agents/list')).toBe(1);

  const startedAt = performance.now();
  const { code, stderr } = await gateway.end('SIGTERM');
  console.log(`SIGTERM with 21 sockets and a request: ${Math.round(performance.now() - startedAt)} ms`);
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  expect([code, stderr]).toEqual([0, '']);
  expect(await accepted).toEqual({ agents: [] });
  const codes = await Promise.all([...sockets, silent].map(async ({ closed }) => (await closed).code));
  expect(new Set(codes)).toEqual(new Set([1001]));
  await simulator.close();
});
