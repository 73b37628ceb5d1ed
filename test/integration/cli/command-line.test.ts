import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../../src/store/migrations/index.ts';
import { openStore } from '../../../src/store/store.ts';
import { runCommand, spawnCommand } from '../../support/command-line.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { startGateway, temporaryFolder } from '../../support/process.ts';

const NAMES = Object.keys(migrations);

describe('the frame', () => {
  test.each([
    ['no command', []],
    ['an unknown command', ['bogus']],
    ['an unknown option', ['migrate', '--bogus']],
    ['an argument too many', ['migrate', 'now']],
    ['an unknown option of start', ['start', '--bogus']],
  ])('%s is a wrong use: exit code 2, a reason and no result', async (_name, args) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^(error: |Usage: )/);
  });

  test('the help names every command, and each command has --help and --json', async () => {
    const listed = async (...path: string[]): Promise<string[][]> => {
      const { code, stdout } = await runCommand([...path, '--help']);
      expect(code).toBe(0);
      const [, below = ''] = stdout.split('Commands:');
      const names = [...below.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name = '']) => name);
      const inside = await Promise.all(
        names.filter((name) => name !== 'help').map((name) => listed(...path, name)),
      );
      return below === '' ? [path] : inside.flat();
    };
    const commands = await listed();
    expect(commands).toEqual(expect.arrayContaining([['start'], ['migrate'], ['keys', 'status']]));
    for (const command of commands) {
      const { stdout } = await runCommand([...command, '--help']);
      expect(stdout, command.join(' ')).toMatch(/--json.*--yes/s);
    }
  });

  test('a wrong variable fails with exit code 1 and the line of the start', async () => {
    const { code, stdout, stderr } = await runCommand(['migrate'], { PORT: 'eighty' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^The environment is not usable:\n {2}PORT must be .*\n$/);
  });

  test('a command reads .env of the working directory, and the environment wins', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, '.env'), 'DATA_DIR=./from-file\nPORT=eighty\n');
    const { exited } = spawnCommand(['migrate', '--status'], { PORT: '0' }, folder.path);
    const { code, stderr } = await exited;
    expect(code).toBe(1);
    expect(stderr).toBe(
      'There is no store in DATA_DIR ./from-file: name its folder, or start the gateway first\n',
    );
  });
});

test('start starts the gateway, which ends with 0 on SIGTERM', async () => {
  await using folder = await temporaryFolder();
  const { child, output, exited } = spawnCommand(['start'], { DATA_DIR: folder.path, PORT: '0' });
  await expect.poll(() => output().stdout, { timeout: 50_000 }).toMatch(/"address":"http:/);
  const address = /"address":"(http:[^"]+)"/.exec(output().stdout)?.[1] ?? '';
  expect((await fetch(`${address}/readyz`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await exited).toMatchObject({ code: 0, stderr: '' });
}, 60_000);

describe('migrate', () => {
  const statusOf = async (env: Record<string, string>) => {
    const { code, stdout } = await runCommand(['migrate', '--status', '--json'], env);
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };

  test('of a store that is behind applies what --status says is pending', async () => {
    await using folder = await temporaryFolder();
    const [first = ''] = NAMES;
    const older = await openStore(join(folder.path, 'quantgate.db'), {
      migrations: { [first]: migrations[first]! },
    });
    await older.close();
    const env = { DATA_DIR: folder.path };
    expect(await statusOf(env)).toEqual({
      applied: [first],
      pending: NAMES.slice(1),
      newer: [],
      migrated: [],
    });
    const { code, stdout } = await runCommand(['migrate', '--json'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ applied: NAMES, pending: [], newer: [], migrated: NAMES.slice(1) });
    expect(await statusOf(env)).toMatchObject({ applied: NAMES, pending: [] });
  });

  test('beside a running gateway works while nothing is pending, else fails and names the gateway', async () => {
    await using folder = await temporaryFolder();
    const env = { DATA_DIR: folder.path, PORT: '0' };
    await using gateway = await startGateway(env);
    expect(await runCommand(['migrate'], env)).toEqual({
      code: 0,
      stdout: `The store is up to date (${NAMES.length} migrations).\n`,
      stderr: '',
    });
    const store = await openStore(join(folder.path, 'quantgate.db'), { migrates: false });
    await sql`delete from kysely_migration where name = ${NAMES.at(-1)}`.execute(store.db);
    await store.close();
    const { code, stderr } = await runCommand(['migrate'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^DATA_DIR .* is in use by process ${gateway.child.pid} .*\n$`));
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  }, 60_000);

  test.skipIf(isPostgresMissing)('of an empty PostgreSQL makes all tables', async () => {
    await using database = await temporaryDatabase();
    const env = { DATABASE_URL: database.url };
    expect(await statusOf(env)).toMatchObject({ applied: [], pending: NAMES });
    expect(await runCommand(['migrate'], env)).toMatchObject({ code: 0 });
    expect(await statusOf(env)).toMatchObject({ applied: NAMES, pending: [] });
  });
});
