import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededAccount, startSimulator } from '../../../simulator/index.ts';
import { parseWrappingKeys } from '../../../src/lib/keys.ts';
import { systemRandom as random } from '../../../src/lib/random.ts';
import type { Db } from '../../../src/store/store.ts';
import { bindingOf } from '../../../src/vault/binding.ts';
import { createVault } from '../../../src/vault/vault.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { runCommand, spawnCommand } from '../../support/command-line.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';

const ROWS = 1_000;
const stores = [
  { name: 'SQLite', skip: false },
  { name: 'PostgreSQL', skip: isPostgresMissing },
];

function newKey(kid: string): string {
  return `${kid}:${random.bytes(32).toString('base64')}`;
}

/** A store of one kind, and an upstream, that outlive the gateways started on them. */
async function bed(name: string) {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-keys-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const database = name === 'SQLite' ? undefined : stack.use(await temporaryDatabase());
  const upstream = await startSimulator({ pace: 'instant' });
  stack.defer(() => upstream.close());
  const env = { DATA_DIR: join(folder, 'data'), ...(database && { DATABASE_URL: database.url }) };
  return {
    env,
    boot: (keys: string) =>
      bootGateway({ upstream, polls: false, env: { ...env, ENCRYPTION_KEYS: keys, REQUEST_RATE: 'off' } }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Copies a user's credential until there are `ROWS`, each sealed under its own id by the first key. */
async function fill({ deps: { store } }: Gateway, keys: string): Promise<string[]> {
  const vault = createVault({ keys: parseWrappingKeys(keys), random });
  const row = await store.db.selectFrom('credentials').selectAll().executeTakeFirstOrThrow();
  const copies = Array.from({ length: ROWS - 1 }, (_, index) => {
    const id = random.uuid();
    const place = { ownerId: row.ownerId, id };
    const sealed = vault.seal(bindingOf(place), seededAccount.apiToken);
    return { ...row, id, label: `copy ${index}`, isDefault: 0 as const, ...sealed };
  });
  for (let from = 0; from < copies.length; from += 100)
    await store.db
      .insertInto('credentials')
      .values(copies.slice(from, from + 100))
      .execute();
  return [row.id, ...copies.map(({ id }) => id)];
}

async function rowsOf(db: Db, kid: string): Promise<number> {
  const rows = await db.selectFrom('credentials').select('id').where('kid', '=', kid).execute();
  return rows.length;
}

/** Asks with one credential after the other until it is stopped; resolves with every answer that was not 200. */
function askWithEach(user: GraphQLClient, ids: readonly string[]) {
  let isOver = false;
  let asked = 0;
  const failures: string[] = [];
  const run = async (): Promise<void> => {
    while (!isOver) {
      const id = ids[(asked * 7) % ids.length];
      asked += 1;
      const response = await user.request(`/v1/agents?credentialId=${id}`);
      const text = await response.text();
      if (response.status !== 200) failures.push(`${response.status} ${text}`);
    }
  };
  const running = [run(), run()].map((one) => one.catch((error: unknown) => failures.push(String(error))));
  return async () => {
    isOver = true;
    await Promise.all(running);
    return { asked, failures };
  };
}

describe.each(stores)('with $name', ({ name, skip }) => {
  test.skipIf(skip)(
    `keys rotate: ${ROWS} rows under requests, killed midway and repeated, then the old key is dropped: no request fails`,
    async () => {
      await using parts = await bed(name);
      const [former, next] = [newKey('k1'), newKey('k2')];
      const command = { ...parts.env, ENCRYPTION_KEYS: `${next},${former}` };
      let ids: string[];
      {
        await using gateway = await parts.boot(`${former},${next}`);
        const ada = await gateway.signUpWithCredential();
        const { db } = gateway.deps.store;
        ids = await fill(gateway, former);
        const stop = askWithEach(ada, ids);

        const first = spawnCommand(['keys', 'rotate'], command);
        await expect.poll(() => rowsOf(db, 'k2'), { timeout: 200_000, interval: 5 }).toBeGreaterThan(0);
        first.child.kill('SIGKILL');
        await first.exited;
        const left = await rowsOf(db, 'k1');
        console.info(`${name}: killed with ${left} of ${ROWS} rows left`);
        expect(left).toBeGreaterThan(0);

        const { code, stdout, stderr } = await spawnCommand(['keys', 'rotate', '--json'], command).exited;
        expect(stderr).toBe('');
        const { keys, moved, unreadable } = JSON.parse(stdout);
        expect([code, moved, unreadable]).toEqual([0, left, []]);
        expect(keys).toEqual([
          expect.objectContaining({ kid: 'k2', isFirst: true, credentials: ROWS, mayBeDropped: false }),
          expect.objectContaining({ kid: 'k1', isFirst: false, credentials: 0, mayBeDropped: true }),
        ]);
        const { asked, failures } = await stop();
        console.info(`${name}: ${asked} requests during the rotation, ${failures.length} failed`);
        expect(failures).toEqual([]);
        expect(asked).toBeGreaterThan(10);
      }

      await using gateway = await parts.boot(next);
      const ada = await gateway.signUp('bob@example.com');
      await ada.signIn('ada@example.com');
      for (const id of [ids[0], ids[499], ids[999]])
        expect((await ada.request(`/v1/agents?credentialId=${id}`)).status).toBe(200);
    },
    600_000,
  );

  test.skipIf(skip)(
    'keys status and rotate say what is needed, what may be dropped, and what is missing',
    async () => {
      await using parts = await bed(name);
      const [former, next] = [newKey('k1'), newKey('k2')];
      await using gateway = await parts.boot(former);
      await gateway.signUpWithCredential();
      const run = (args: string[], ENCRYPTION_KEYS: string) =>
        runCommand(args, { ...parts.env, ENCRYPTION_KEYS });

      expect(await run(['keys', 'status'], former)).toMatchObject({
        code: 0,
        stdout:
          'k1  first  1 credentials, 0 transcripts, 0 webhook secrets, 0 kept answers\nNo key may be dropped.\n',
      });
      expect(await run(['keys', 'status'], next)).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('k1 is needed, and ENCRYPTION_KEYS lacks it: add it back.'),
      });
      // The gateway that serves could not open what is wrapped with a key that it does not have.
      expect(await run(['keys', 'rotate'], `${next},${former}`)).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^No gateway has started with the key k2 yet/),
      });
      expect(await rowsOf(gateway.deps.store.db, 'k1')).toBe(1);
      expect(await run(['keys', 'rotate'], former)).toMatchObject({
        code: 0,
        stdout: /^0 rows were wrapped with k1/,
      });
    },
  );

  test.skipIf(skip)(
    'two rows with each other’s secrets are refused before an upstream is asked',
    async () => {
      await using parts = await bed(name);
      await using gateway = await parts.boot(newKey('k1'));
      const ada = await gateway.signUpWithCredential();
      const bob = await gateway.signUpWithCredential('bob@example.com');
      const { db } = gateway.deps.store;
      const [one, other] = await db.selectFrom('credentials').selectAll().orderBy('id').execute();
      await db.updateTable('credentials').set({ sealed: other!.sealed }).where('id', '=', one!.id).execute();
      await db.updateTable('credentials').set({ sealed: one!.sealed }).where('id', '=', other!.id).execute();
      gateway.simulator.calls.reset();

      for (const user of [ada, bob]) {
        const response = await user.request('/v1/agents');
        expect([response.status, await response.json()]).toEqual([
          500,
          expect.objectContaining({ code: 'INTERNAL' }),
        ]);
      }
      expect(gateway.simulator.calls.count()).toBe(0);
    },
  );
});

test('keys new makes a key that can be configured, another one each time, and stores nothing', async () => {
  const made = await Promise.all([1, 2].map(() => runCommand(['keys', 'new', '--json'])));
  const values = made.map(({ stdout }) => JSON.parse(stdout).keys[0].value as string);
  expect(made.map(({ code }) => code)).toEqual([0, 0]);
  expect(parseWrappingKeys(values.join(',')).map(({ kid }) => kid)).toEqual([
    expect.stringMatching(/^k\d{8}-[0-9a-f]{6}$/),
    expect.stringMatching(/^k\d{8}-[0-9a-f]{6}$/),
  ]);
  expect(await runCommand(['keys', 'new'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1. Add it'),
  });
});

test('keys without a command, or with an unknown one, is used wrongly: exit code 2', async () => {
  expect(await runCommand(['keys'])).toMatchObject({ code: 2, stdout: '' });
  expect(await runCommand(['keys', 'burn'])).toMatchObject({ code: 2 });
  expect(await runCommand(['keys', 'rotate', '--now'])).toMatchObject({ code: 2 });
});

test('keys status without a store is a failure in one line', async () => {
  const { code, stderr } = await runCommand(['keys', 'status'], {
    DATA_DIR: join(tmpdir(), `quantgate-none-${random.uuid()}`),
    ENCRYPTION_KEYS: newKey('k1'),
  });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^There is no store in DATA_DIR .*\n$/)]);
});
