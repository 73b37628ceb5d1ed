import { expect, test } from 'vitest';
import { HOSTILE_HOSTS } from '../../../src/lib/net/hostile-hosts.test-support.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { isSignedWith, startReceiver } from '../../support/webhooks.ts';

const ALLOWED = { WEBHOOK_ALLOW_PRIVATE: 'true' };

async function send(user: GraphQLClient, method: string, path: string, body?: object) {
  const answer = await user.request(`/v1/webhooks${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('a webhook is made, shown without its secret, changed, disabled, enabled and deleted', async () => {
  await using gateway = await bootGateway({ env: ALLOWED, polls: false });
  const ada = await gateway.signUp();
  const made = await send(ada, 'POST', '', { url: 'http://127.1:9/hook', types: ['deployment.created'] });
  expect(made.status).toBe(201);
  const { secret, ...shown } = made.body;
  expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
  expect(shown).toEqual({
    ...{ id: expect.any(String), url: 'http://127.0.0.1:9/hook', types: ['deployment.created'] },
    ...{ taskId: null, taskListId: null, description: null, createdAt: expect.any(String) },
    ...{ isDisabled: false, disabledReason: null, position: '0', failures: 0, nextTryAt: null },
    secrets: [{ id: expect.any(String), createdAt: expect.any(String) }],
  });
  const { id } = shown;
  expect((await send(ada, 'GET', `/${id}`)).body).toEqual(shown);
  expect((await send(ada, 'GET', '')).body).toEqual({
    webhooks: [shown],
    pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
  });
  const change = { types: null, taskId: '7', description: 'mine', isDisabled: true };
  const changed = { ...shown, ...change, disabledReason: 'OWNER' };
  expect((await send(ada, 'PATCH', `/${id}`, change)).body).toEqual(changed);
  const enabled = { ...changed, isDisabled: false, disabledReason: null };
  expect((await send(ada, 'PATCH', `/${id}`, { isDisabled: false })).body).toEqual(enabled);
  expect((await send(ada, 'PATCH', `/${id}`, {})).body).toEqual(enabled);
  expect((await send(ada, 'DELETE', `/${id}`)).status).toBe(204);
  expect((await send(ada, 'GET', `/${id}`)).status).toBe(404);
  expect(gateway.logLines.join('\n')).not.toContain(secret.slice(6));
});

const HOSTILE_URLS = [
  ...[
    'http://hook.example.com/',
    'https://ada:secret@hook.example.com/',
    'ftp://hook.example.com/',
    'no url',
    '',
  ],
  ...HOSTILE_HOSTS.map((host) => `https://${host}/latest/`),
  ...[
    'https://localhost/',
    'https://LOCALHOST./',
    'https://inside.example.com/',
    'https://mixed.example.com/',
  ],
];

test('a URL that leads inside, has credentials or is not https is refused, when it is stored and when it is changed', async () => {
  await using gateway = await bootGateway({
    polls: false,
    async resolveHost(name) {
      if (name === 'inside.example.com') return [{ address: '10.0.0.1', family: 4 }];
      const outside = { address: '93.184.215.14', family: 4 as const };
      return name === 'mixed.example.com' ? [outside, { address: '::1', family: 6 }] : [outside];
    },
  });
  const ada = await gateway.signUp();
  const { body } = await send(ada, 'POST', '', { url: 'https://outside.example.com/' });
  for (const url of HOSTILE_URLS) {
    for (const refused of [
      await send(ada, 'POST', '', { url }),
      await send(ada, 'PATCH', `/${body.id}`, { url }),
    ])
      expect([url, refused.status, refused.body.code, refused.body.fields?.[0].path]).toEqual([
        ...[url, 400, 'BAD_USER_INPUT', 'url'],
      ]);
  }
});

test('a name that cannot be resolved yet is taken; unknown types, long texts and unknown fields are refused', async () => {
  const resolveHost = async (): Promise<never> => {
    throw new Error('no such name');
  };
  await using gateway = await bootGateway({ polls: false, resolveHost });
  const ada = await gateway.signUp();
  const url = 'https://soon.example.com/';
  expect((await send(ada, 'POST', '', { url })).status).toBe(201);
  for (const wrong of [
    { types: [] },
    { types: ['deployment.exploded'] },
    { description: 'x'.repeat(501) },
    { taskId: 'seven' },
    { secret: 'whsec_mine' },
  ]) {
    expect((await send(ada, 'POST', '', { url, ...wrong })).status).toBe(400);
  }
});

test('webhooks of another user are not found by any route, and at most 20 are stored', async () => {
  await using gateway = await bootGateway({ env: ALLOWED, polls: false });
  const ada = await gateway.signUp();
  const eve = await gateway.signUp('eve@example.com');
  const { id } = (await send(ada, 'POST', '', { url: 'https://127.0.0.1:9/' })).body;
  const tries = [
    ...(await Promise.all([
      send(eve, 'GET', `/${id}`),
      send(eve, 'PATCH', `/${id}`, { description: 'stolen' }),
    ])),
    await send(eve, 'DELETE', `/${id}`),
    await send(eve, 'POST', `/${id}/secrets`),
    await send(eve, 'POST', `/${id}/test`),
    await send(eve, 'GET', `/${id}/deliveries`),
    await send(eve, 'POST', `/${id}/replay`, { after: '0' }),
  ];
  expect(tries.map(({ body }) => body.code)).toEqual(Array(7).fill('NOT_FOUND'));
  expect((await send(eve, 'GET', '')).body.webhooks).toEqual([]);
  expect((await send(ada, 'GET', `/${id}`)).body.secrets).toHaveLength(1);

  for (let count = 1; count < 20; count += 1) await send(ada, 'POST', '', { url: 'https://127.0.0.1:9/' });
  const tooMany = await send(ada, 'POST', '', { url: 'https://127.0.0.1:9/' });
  expect([tooMany.status, tooMany.body.code]).toEqual([429, 'RATE_LIMITED']);
});

test('a test is signed with both secrets; a third replaces the oldest', async () => {
  await using gateway = await bootGateway({ env: ALLOWED, polls: false });
  await using receiver = await startReceiver();
  const ada = await gateway.signUp();
  const { id, secret: first } = (await send(ada, 'POST', '', { url: receiver.url })).body;
  const second = (await send(ada, 'POST', `/${id}/secrets`)).body.secret;
  const tested = await send(ada, 'POST', `/${id}/test`);
  expect(tested.body).toEqual({
    ...{ id: expect.any(String), messageId: expect.stringMatching(/^msg_/), eventId: null, type: 'test' },
    ...{ attemptedAt: expect.any(String), status: 204, durationMs: expect.any(Number), outcome: 'DELIVERED' },
  });
  const third = (await send(ada, 'POST', `/${id}/secrets`)).body.secret;
  await send(ada, 'POST', `/${id}/test`);
  const [one, other] = receiver.received;
  if (one === undefined || other === undefined) throw new Error('nothing was received');
  expect(one.message).toEqual({ type: 'test', timestamp: expect.any(String), data: { webhookId: id } });
  expect([first, second, third].map((secret) => isSignedWith(secret, one))).toEqual([true, true, false]);
  expect([first, second, third].map((secret) => isSignedWith(secret, other))).toEqual([false, true, true]);
  expect((await send(ada, 'GET', `/${id}/deliveries`)).body.deliveries).toEqual([
    expect.objectContaining({ messageId: other.headers['webhook-id'] }),
    tested.body,
  ]);
});

test('changes of webhooks are in the audit log, without URL and secret', async () => {
  await using gateway = await bootGateway({ env: ALLOWED, polls: false });
  const ada = await gateway.signUp();
  const { id } = (await send(ada, 'POST', '', { url: 'https://127.0.0.1:9/hidden' })).body;
  await send(ada, 'POST', `/${id}/secrets`);
  await send(ada, 'PATCH', `/${id}`, { description: 'hidden' });
  await send(ada, 'POST', `/${id}/replay`, { after: '0' });
  await send(ada, 'DELETE', `/${id}`);
  const rows = await gateway.deps.store.db
    .selectFrom('audit')
    .selectAll()
    .where('act', 'like', 'WEBHOOK%')
    .orderBy('id')
    .execute();
  expect(rows.map(({ act }) => act)).toEqual([
    ...['WEBHOOK_CREATE', 'WEBHOOK_SECRET_ADD', 'WEBHOOK_CHANGE', 'WEBHOOK_REPLAY', 'WEBHOOK_DELETE'],
  ]);
  expect(JSON.stringify(rows)).toContain(id);
  expect(JSON.stringify(rows)).not.toContain('hidden');
});
