import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { isSignedWith, startReceiver } from '../../support/webhooks.ts';

test("a service account has webhooks of its own, and makes them for a user it acts for; each is told of its owner's deployments alone", async () => {
  await using receiver = await startReceiver();
  await using gateway = await bootGateway({ env: { ...ADMIN_ENV, WEBHOOK_ALLOW_PRIVATE: 'true' } });
  const admin = createGraphQLClient(gateway.url);
  Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
  const { id, secret } = await admin.post<{ id: string; secret: string }>('/v1/service-accounts', {
    name: 'nightly',
    scopes: ['read', 'write', 'deploy', 'act_as'],
  });
  const signIn = async (more: object = {}) => {
    const client = createGraphQLClient(gateway.url);
    const credentials = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
    const granted = await client.post<{ access_token: string }>('/v1/auth/token', {
      ...credentials,
      ...more,
    });
    client.tokens.accessToken = granted.access_token;
    return client;
  };
  const ada = await gateway.signUpWithCredential();
  const service = await signIn();
  const asAda = await signIn({ requested_subject: 'ada@example.com' });
  await service.saveCredential(seededAccount);
  const make = (owner: typeof service, name: string) =>
    owner.post<{ id: string; secret: string }>('/v1/webhooks', {
      url: `${receiver.url}/${name}`,
      types: ['deployment.created'],
    });
  const [own, ofAda] = [await make(service, 'own'), await make(asAda, 'ada')];
  expect((await ada.request(`/v1/webhooks/${ofAda.id}`)).status).toBe(200);
  expect((await ada.request(`/v1/webhooks/${own.id}`)).status).toBe(404);

  const byService = await service.deploy(await service.createTask());
  const byAda = await ada.deploy(await ada.createTask());
  await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  for (const [hook, deploymentId] of [
    [own, byService],
    [ofAda, byAda],
  ] as const) {
    const got = receiver.received.filter((one) => isSignedWith(hook.secret, one));
    expect(got.map(({ message }) => message.data.deploymentId)).toEqual([deploymentId]);
  }
  expect(receiver.received).toHaveLength(2);
});
