import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

test('a service account is made once per key; only the same request repeats the secret', async () => {
  await using gateway = await bootGateway({
    env: { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'correct horse battery staple' },
  });
  const admin = await gateway.signUp('eve@example.com');
  await admin.signIn('admin@example.com');
  const make = async (name: string, path = '/v1/service-accounts') => {
    const response = await admin.request(path, {
      method: 'POST',
      headers: { 'idempotency-key': 'made-once' },
      body: JSON.stringify({ name, scopes: ['read'] }),
    });
    return (await response.json()) as { id: string; secret: string; code?: string };
  };

  const answers = await Promise.all(Array.from({ length: 10 }, () => make('nightly')));
  const [first] = answers;
  expect(first?.secret).toMatch(/^qgs_/);
  for (const answer of [...answers, await make('nightly')]) expect(answer).toEqual(first);
  expect((await make('weekly')).code).toBe('CONFLICT');

  const { serviceAccounts } = (await (await admin.request('/v1/service-accounts')).json()) as {
    serviceAccounts: object[];
  };
  expect(serviceAccounts).toHaveLength(1);
  const intents = await gateway.deps.store.db.selectFrom('intents').selectAll().execute();
  expect(JSON.stringify(intents)).not.toContain(String(first?.secret).slice(4));

  const addSecret = async () => {
    const response = await admin.request(`/v1/service-accounts/${first?.id}/secrets`, {
      method: 'POST',
      headers: { 'idempotency-key': 'second-secret' },
    });
    return (await response.json()) as { id: string };
  };
  expect(await addSecret()).toEqual(await addSecret());
});
