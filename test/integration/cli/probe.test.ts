import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../simulator/index.ts';
import { runCommand } from '../../support/command-line.ts';
import { saveCredential, saveQuantCdn } from '../../support/credentials.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { startFilledSimulator } from '../../support/probe-world.ts';
import { temporaryFolder } from '../../support/process.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startFilledSimulator();
});
afterAll(() => simulator.close());

/** The environment in which a command works on the store of this gateway. */
function environmentOf({ config }: Gateway): Record<string, string> {
  return {
    DATA_DIR: config.dataDir,
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    ...(config.databaseUrl === undefined ? {} : { DATABASE_URL: config.databaseUrl }),
  };
}

function boot(env: Record<string, string> = {}): Promise<Gateway> {
  return bootGateway({ upstream: simulator, polls: false, env });
}

const onEveryStore: [string, boolean, () => Promise<{ url?: string } & AsyncDisposable>][] = [
  ['SQLite', false, async () => ({ [Symbol.asyncDispose]: async () => undefined })],
  ['PostgreSQL', isPostgresMissing, temporaryDatabase],
];

describe.each(onEveryStore)('%s', (_name, isMissing, database) => {
  test.skipIf(isMissing)(
    'with one user, asks with the default credentials, beside the running gateway',
    async () => {
      await using place = await database();
      await using gateway = await boot(place.url === undefined ? {} : { DATABASE_URL: place.url });
      const ada = await gateway.signUpWithCredentials();
      simulator.calls.reset();

      const { code, stdout, stderr } = await runCommand(['probe', '--json'], environmentOf(gateway));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { assumptions, new: findings } = JSON.parse(stdout);
      expect(findings).toEqual([]);
      expect(assumptions[0]).toEqual({
        id: 'signing',
        provider: 'QUANTCONNECT',
        statement: 'A request that is signed as described is accepted',
        status: 'held',
        detail: null,
      });
      const of = (provider: string) =>
        assumptions.filter((one: { provider: string }) => one.provider === provider);
      expect(of('QUANTCONNECT').length).toBeGreaterThan(25);
      expect(of('QUANTCDN').length).toBeGreaterThan(25);
      expect(new Set(assumptions.map(({ status }: { status: string }) => status))).toEqual(new Set(['held']));
      expect(simulator.calls.count()).toBeLessThanOrEqual(28);
      expect(await ada.ask('{ viewer { id } }')).toMatchObject({ viewer: { id: expect.any(String) } });
    },
    60_000,
  );
});

describe('the credential', () => {
  test('that is named is the only one that is asked with', async () => {
    await using gateway = await boot();
    const ada = await gateway.signUp();
    const { id } = await saveQuantCdn(ada);
    await saveCredential(ada);
    await saveCredential(await gateway.signUp('bea@example.com'));
    simulator.calls.reset();

    const { code, stdout } = await runCommand(['probe', '--credential', id], environmentOf(gateway));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^QuantCDN: 0 broken, 0 new, 0 undecided, \d+ held\n/);
    expect(stdout).not.toContain('QuantConnect:');
    expect(Object.keys(simulator.calls.counts().byPath).filter((path) => !path.startsWith('/org'))).toEqual(
      [],
    );
  });

  test('has to be named when several users have one: exit code 2, and nothing is asked', async () => {
    await using gateway = await boot();
    const first = await saveCredential(await gateway.signUp());
    const second = await saveCredential(await gateway.signUp('bea@example.com'));
    simulator.calls.reset();

    const { code, stdout, stderr } = await runCommand(['probe', '--json'], environmentOf(gateway));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`--credential ${first.id}  QUANTCONNECT  ada@example.com`);
    expect(stderr).toContain(`--credential ${second.id}  QUANTCONNECT  bea@example.com`);
    expect(simulator.calls.count()).toBe(0);
  });

  test('that does not exist, or none at all, is a failure', async () => {
    await using gateway = await boot();
    const env = environmentOf(gateway);
    expect(await runCommand(['probe'], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'No credential is stored: store one first\n',
    });
    expect(await runCommand(['probe', '--credential', 'none'], env)).toMatchObject({
      code: 1,
      stderr: 'There is no stored credential none\n',
    });
    expect(await runCommand(['probe', '--credential'], env)).toMatchObject({ code: 2 });
  });

  test('that the upstream refuses by now is broken, with exit code 1', async () => {
    await using gateway = await boot();
    await saveQuantCdn(await gateway.signUp());
    simulator.faults.add({ kind: 'http401', match: { upstream: 'quantcdn' } });
    const { code, stdout } = await runCommand(['probe'], environmentOf(gateway));
    expect(code).toBe(1);
    expect(stdout).toMatch(/ {2}broken {4,}token .*\n.*→ HTTP 401, or the stored token is wrong\n/);
  });
});

describe('a failure', () => {
  test('of the upstream leaves all undecided, with exit code 1', async () => {
    await using gateway = await boot();
    await saveQuantCdn(await gateway.signUp());
    const env = { ...environmentOf(gateway), QUANTCDN_BASE_URL: 'http://127.0.0.1:9' };
    const { code, stdout } = await runCommand(['probe'], env);
    expect(code).toBe(1);
    expect(stdout).toContain('0 broken, 0 new, 31 undecided, 0 held');
    expect(stdout).toContain('listTasks had no answer (UPSTREAM_UNAVAILABLE)');
  });

  test('without a store makes none', async () => {
    await using folder = await temporaryFolder();
    const { code, stderr } = await runCommand(['probe'], { DATA_DIR: `${folder.path}/none` });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^There is no store in DATA_DIR /);
    expect(await runCommand(['probe'], { DATA_DIR: `${folder.path}/none` })).toMatchObject({ code: 1 });
  });

  test('with the encryption keys of another store says so in one line, without a secret', async () => {
    await using gateway = await boot();
    await saveQuantCdn(await gateway.signUp());
    const env = {
      ...environmentOf(gateway),
      ENCRYPTION_KEYS: `k9:${Buffer.alloc(32, 9).toString('base64')}`,
    };
    const { code, stdout, stderr } = await runCommand(['probe'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'The stored secret of the credential cannot be opened: set the ENCRYPTION_KEYS that the gateway has\n',
    );
  });
});
