import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Addressee, copyProject, startNpmScript } from '../../support/npm.ts';
import { freePort } from '../../support/process.ts';

const ADDRESS = /"address":"(http:[^"]+)"/;

const ways: [Addressee, NodeJS.Signals][] = [
  ['npm', 'SIGTERM'],
  ['npm', 'SIGINT'],
  ['gateway', 'SIGTERM'],
  ['gateway', 'SIGINT'],
  ['group', 'SIGTERM'],
  ['group', 'SIGINT'],
];

test.each(ways)('npm start: a signal to the %s (%s) ends all processes with 0', async (to, signal) => {
  await using project = await copyProject();
  const env = { PORT: '0', DATA_DIR: join(project.path, 'data') };
  await using gateway = await startNpmScript('start', ADDRESS, { cwd: project.path, env });
  gateway.send(signal, to);
  expect(await gateway.exited).toEqual({ code: 0, signal: null });
  expect(gateway.survivors()).toEqual([]);
  expect(gateway.output().match(/shutting down/g)).toHaveLength(1);
});

test.each([
  ['npm', 'SIGTERM'],
  ['group', 'SIGINT'],
] as const)('npm run dev: a signal to the %s (%s) ends all processes with 0', async (to, signal) => {
  await using project = await copyProject();
  const env = { PORT: await freePort(), DATA_DIR: join(project.path, 'data') };
  await using dev = await startNpmScript('dev', /\n {2}token +(\S+)\n/, { cwd: project.path, env });
  dev.send(signal, to);
  expect(await dev.exited).toEqual({ code: 0, signal: null });
  expect(dev.survivors()).toEqual([]);
});

test.each([
  ['npm', 'SIGTERM'],
  ['group', 'SIGINT'],
] as const)('npm run simulator: a signal to the %s (%s) ends all processes with 0', async (to, signal) => {
  await using project = await copyProject();
  const env = { SIMULATOR_PORT: '0' };
  const started = /QuantCDN simulator on (\S+)/;
  await using simulator = await startNpmScript('simulator', started, { cwd: project.path, env });
  simulator.send(signal, to);
  expect(await simulator.exited).toEqual({ code: 0, signal: null });
  expect(simulator.survivors()).toEqual([]);
});

test('npm start reads .env, and the environment wins', async () => {
  await using project = await copyProject('JWT_AUDIENCE=from-file\nJWT_ISSUER="http://from.file"\nPORT=1\n');
  const env = { PORT: '0', DATA_DIR: join(project.path, 'data'), JWT_ISSUER: 'http://from.environment' };
  await using gateway = await startNpmScript('start', ADDRESS, { cwd: project.path, env });
  const credentials = { email: 'ada@example.com', password: 'correct horse battery' };
  const post = (path: string) =>
    fetch(`${gateway.match}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(credentials),
    });
  await post('/v1/auth/register');
  const { accessToken } = (await (await post('/v1/auth/login')).json()) as { accessToken: string };
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ iss: 'http://from.environment', aud: 'from-file' });
});
