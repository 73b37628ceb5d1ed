import { expect, test } from 'vitest';
import { seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

const QUANTCONNECT = {
  provider: 'QUANTCONNECT',
  label: 'main',
  userId: Number(seededAccount.userId),
  apiToken: seededAccount.apiToken,
};
const QUANTCDN = {
  provider: 'QUANTCDN',
  label: 'main',
  organisation: 'acme',
  apiToken: seededQuantCdnToken.token,
};

async function send(
  user: GraphQLClient,
  route: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const [method = '', path = ''] = route.split(' ');
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await user.request(path, { method, headers, ...init });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('a QuantCDN credential uses every REST route, beside one of QuantConnect', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const first = await send(ada, 'POST /v1/credentials', QUANTCONNECT);

  const saved = await send(ada, 'POST /v1/credentials', QUANTCDN);
  const { id } = saved.body;

  expect(saved).toMatchObject({
    status: 201,
    body: { provider: 'QUANTCDN', label: 'main', account: 'acme', status: 'VERIFIED', isDefault: true },
  });
  expect((await send(ada, 'GET /v1/credentials')).body).toMatchObject({
    credentials: [first.body, saved.body],
  });
  expect((await send(ada, `GET /v1/credentials/${id}`)).body).toEqual(saved.body);
  expect((await send(ada, `POST /v1/credentials/${id}/verify`)).body).toEqual(saved.body);
  expect(await send(ada, `PATCH /v1/credentials/${id}`, { organizationId: 'x' })).toMatchObject({
    status: 400,
    body: { code: 'BAD_USER_INPUT', fields: [{ path: 'organizationId' }] },
  });
  const renamed = await send(ada, `PATCH /v1/credentials/${id}`, { label: null });
  expect(renamed.body).toEqual({ ...saved.body, label: null });
  expect(await send(ada, `GET /v1/agents?credentialId=${id}`)).toMatchObject({ status: 404 });
  expect((await send(ada, `DELETE /v1/credentials/${id}`)).status).toBe(204);
  expect((await send(ada, 'GET /v1/credentials')).body).toMatchObject({ credentials: [first.body] });
});

test.each([
  [{ ...QUANTCDN, provider: 'QUANTX' }, ['provider']],
  [{ ...QUANTCDN, provider: 'quantcdn' }, ['provider']],
  [{ ...QUANTCDN, provider: undefined }, ['provider']],
  [{ ...QUANTCDN, provider: null }, ['provider']],
  [{ ...QUANTCDN, provider: 'QUANTCONNECT' }, ['userId', 'organisation']],
  [{ ...QUANTCONNECT, provider: 'QUANTCDN' }, ['organisation', 'userId']],
  [{ ...QUANTCDN, organizationId: 'acme' }, ['organizationId']],
  [{ ...QUANTCDN, organisation: 'a/b' }, ['organisation']],
])('the body %j is refused with the names of its wrong fields', async (body, paths) => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();

  const answer = await send(ada, 'POST /v1/credentials', body);

  expect([answer.status, answer.body.code]).toEqual([400, 'BAD_USER_INPUT']);
  expect(answer.body.fields.map(({ path }: { path: string }) => path)).toEqual(paths);
  if (paths[0] === 'provider') expect(answer.body.detail).toContain("'QUANTCONNECT' or 'QUANTCDN'");
  expect(gateway.simulator.calls.count()).toBe(0);
});

test('an idempotency key serves one credential, of either upstream', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const key = { 'idempotency-key': 'credential-1' };

  const saved = await send(ada, 'POST /v1/credentials', QUANTCDN, key);
  const calls = gateway.simulator.calls.count();
  expect(await send(ada, 'POST /v1/credentials', QUANTCDN, key)).toEqual(saved);
  expect(gateway.simulator.calls.count()).toBe(calls);
  expect(await send(ada, 'POST /v1/credentials', QUANTCONNECT, key)).toMatchObject({
    status: 409,
    body: { code: 'CONFLICT' },
  });
});

test('the document tells the bodies apart by provider, and every reference resolves', async () => {
  await using gateway = await bootGateway({ polls: false });
  const document = await (await fetch(`${gateway.url}/openapi.json`)).json();
  const { schema, examples } = document.paths['/v1/credentials'].post.requestBody.content['application/json'];

  expect(schema.discriminator.propertyName).toBe('provider');
  const named = Object.values(schema.discriminator.mapping);
  expect(schema.oneOf.map(({ $ref }: { $ref: string }) => $ref)).toEqual(named);
  expect(Object.keys(examples)).toHaveLength(2);
  const providers = named.map(
    (name) => document.components.schemas[String(name).split('/').at(-1) ?? ''].properties.provider.const,
  );
  expect(providers).toEqual(Object.keys(schema.discriminator.mapping));

  const mentioned = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
  expect(new Set(mentioned.map(([, name]) => name))).toEqual(
    new Set(Object.keys(document.components.schemas)),
  );
});
