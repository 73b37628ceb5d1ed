import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway, type GatewayOptions } from '../../support/gateway.ts';

const PROGRAM = resolve(import.meta.dirname, '../../../examples/node/service.ts');

/** A gateway with a service account that has a credential and a task. */
async function bootWithService(simulator: GatewayOptions['simulator'] = {}) {
  const gateway = await bootGateway({ env: ADMIN_ENV, simulator });
  const admin = createGraphQLClient(gateway.url);
  Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
  const { id, secret } = await admin.post<{ id: string; secret: string }>('/v1/service-accounts', {
    name: 'nightly',
    scopes: ['read', 'write', 'deploy'],
  });
  const service = createGraphQLClient(gateway.url);
  const granted = await service.post<{ access_token: string }>('/v1/auth/token', {
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
  });
  service.tokens.accessToken = granted.access_token;
  await service.saveCredential(seededAccount);
  return { gateway, settings: { CLIENT_ID: id, CLIENT_SECRET: secret, TASK_ID: await service.createTask() } };
}

/** Runs the example to its end. */
async function runService(gateway: Gateway, settings: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--conditions=quantgate-source', PROGRAM],
    { env: { PATH: process.env.PATH, QUANTGATE_URL: gateway.url, ...settings } },
  );
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

test('the example service deploys, waits for the end and exits with 0', async () => {
  const { gateway, settings } = await bootWithService();
  await using _ = gateway;
  const { code, stdout, stderr } = await runService(gateway, settings);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^(A-\w+) deployed\n\1 CREATED [\s\S]*\n\1 STATUS_CHANGED COMPLETED\n$/);
});

test('the example service exits with 1 when the deployment fails, and with 2 when there is no such task', async () => {
  const { gateway, settings } = await bootWithService({ script: { queueMs: 0, outcome: 'Failed' } });
  await using _ = gateway;
  expect(await runService(gateway, settings)).toMatchObject({ code: 1 });
  const refused = await runService(gateway, { ...settings, TASK_ID: '999999' });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/^NOT_FOUND: /) });
}, 60_000);
