import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { predefinedAgent, startSimulator } from '../../../simulator/index.ts';
import { answering, runCommandIn, spawnCommand } from '../../support/command-line.ts';
import { freePort, temporaryFolder } from '../../support/process.ts';

test('leads to the first list of agents: the gateway starts by its .env, and the printed commands work', async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ port: 0, predefinedAgents: [predefinedAgent] });
  await using _simulator = { [Symbol.asyncDispose]: () => simulator.close() };
  const options = ['--yes', '--simulator', new URL(simulator.url).origin, '--port', await freePort()];
  const { code, stdout, stderr } = await runCommandIn({ folder: folder.path }, [
    'init',
    '--json',
    ...options,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { verified, file, next } = JSON.parse(stdout);
  expect({ verified, file }).toEqual({ verified: true, file: join(folder.path, '.env') });
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  const { child, output, exited } = spawnCommand(['start'], {}, folder.path);
  await expect.poll(() => output().stdout, { timeout: 50_000 }).toMatch(/"address":"http:/);
  const said = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', next.join('\necho\n')], {
    cwd: folder.path,
  });
  const [credential = '', agents = ''] = said.stdout.trim().split('\n').filter(Boolean);
  expect(JSON.parse(credential)).toMatchObject({ provider: 'QUANTCONNECT', status: 'VERIFIED' });
  expect(JSON.parse(agents).agents).toContainEqual(expect.objectContaining({ name: predefinedAgent.name }));
  child.kill('SIGTERM');
  expect((await exited).code).toBe(0);
}, 90_000);

test('replaces no .env without a yes, and keeps the one before', async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ port: 0 });
  await using _simulator = { [Symbol.asyncDispose]: () => simulator.close() };
  const path = join(folder.path, '.env');
  await writeFile(path, 'PORT=1\n');
  const args = ['init', '--simulator', new URL(simulator.url).origin];
  const world = { folder: folder.path };
  expect(await runCommandIn(world, args)).toMatchObject({ code: 2, stdout: '' });
  const no = answering({ '.env exists': false });
  expect(await runCommandIn({ ...world, prompts: no.prompts }, args)).toMatchObject({ code: 1, stdout: '' });
  expect(await readFile(path, 'utf8')).toBe('PORT=1\n');

  const yes = answering({ '.env exists': true, 'Which upstream': 'simulator', 'E-mail': 'ada@example.com' });
  const { code, stdout } = await runCommandIn({ ...world, prompts: yes.prompts }, args);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Wrote \.env; the one before is \.env\.replaced\.\n127\.0\.0\.1:\d+ accepts the account\.\n/,
  );
  expect(await readFile(path, 'utf8')).toMatch(/^ADMIN_EMAIL=ada@example\.com$/m);
  expect(await readFile(`${path}.replaced`, 'utf8')).toBe('PORT=1\n');
});

test('an answer that is missing or malformed is a wrong use, and nothing is written', async () => {
  await using folder = await temporaryFolder();
  const run = (...args: string[]) => runCommandIn({ folder: folder.path }, ['init', ...args]);
  expect(await run('--upstream', 'own')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching('--user-id'),
  });
  expect(await run('--upstream', 'other')).toMatchObject({ code: 2 });
  expect(await run('--yes', '--email', 'x y')).toMatchObject({ code: 2 });
  await expect(stat(join(folder.path, '.env'))).rejects.toThrow('ENOENT');
});
