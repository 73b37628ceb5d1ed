import { expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';
import { openEvents } from '../../support/sse-client.ts';

async function bootWithDeployment() {
  const gateway = await bootGateway({ polls: false, env: ADMIN_ENV });
  const ada = await gateway.signUpWithCredential();
  const deploymentId = await ada.deploy(await ada.createTask());
  return { gateway, ada, deploymentId, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

async function create(ada: GraphQLClient, deploymentId: string, ttlSeconds?: number) {
  const answer = await ada.request(`/v1/deployments/${deploymentId}/watch-tokens`, {
    method: 'POST',
    body: JSON.stringify({ ttlSeconds }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

/** A client that has nothing but the token. */
function holderOf(ada: GraphQLClient, token = ''): GraphQLClient {
  const page = createGraphQLClient(ada.url);
  page.tokens.accessToken = token;
  return page;
}

test('Mutation.createWatchToken gives a token of a kind of its own, and valid for 15 minutes unless another time is asked for', async () => {
  await using running = await bootWithDeployment();
  const { ada, deploymentId } = running;
  const { status, body } = await create(ada, deploymentId);
  expect(status).toBe(201);
  const header = JSON.parse(Buffer.from(body.token?.split('.')[0] ?? '', 'base64url').toString());
  expect(header).toMatchObject({ typ: 'wt+jwt' });
  expect(secondsLeft(body.expiresAt)).toBeCloseTo(900, -1);
  expect(secondsLeft((await create(ada, deploymentId, 3600)).body.expiresAt)).toBeCloseTo(3600, -1);
  for (const refused of [0, 3601, 1.5]) {
    expect(await create(ada, deploymentId, refused)).toMatchObject({
      status: 400,
      body: { code: 'BAD_USER_INPUT' },
    });
  }
  const { made } = await ada.ask<{ made: { expiresAt: string } }>(
    'mutation ($id: ID!) { made: createWatchToken(deploymentId: $id, ttlSeconds: 60) { expiresAt } }',
    { id: deploymentId },
  );
  expect(secondsLeft(made.expiresAt)).toBeCloseTo(60, -1);
  const unknown = await create(ada, `A-${'0'.repeat(32)}`);
  expect(unknown).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
});

function secondsLeft(time = ''): number {
  return (Date.parse(time) - Date.now()) / 1_000;
}

test('a watch token shows its deployment, but not the task and the agent of it', async () => {
  await using running = await bootWithDeployment();
  const { ada, deploymentId } = running;
  const page = holderOf(ada, (await create(ada, deploymentId)).body.token);
  const { data, errors } = await page.graphql(
    'query ($id: ID!) { deployment(id: $id) { id status task { id } agent { id } events(first: 1) { nodes { type } } } }',
    { id: deploymentId },
  );
  expect(data?.deployment).toMatchObject({
    id: deploymentId,
    task: null,
    agent: null,
    events: { nodes: [{ type: 'CREATED' }] },
  });
  expect(errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code]).sort()).toEqual([
    ['agent', 'FORBIDDEN'],
    ['task', 'FORBIDDEN'],
  ]);
  const all = await page.graphql('{ deploymentEvents { nodes { id } } }');
  expect(all.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('a watch token ends with the session that created it', async () => {
  await using running = await bootWithDeployment();
  const { ada, deploymentId } = running;
  const token = (await create(ada, deploymentId)).body.token ?? '';
  const page = holderOf(ada, token);
  const path = `/v1/deployments/${deploymentId}`;
  await using probe = await openAcknowledged(ada.url, token);
  await using stream = await openEvents(`${ada.url}${path}/events`, token);
  expect([stream.status, (await page.request(path)).status]).toEqual([200, 200]);
  expect((await ada.request('/v1/auth/logout', { method: 'POST' })).status).toBe(204);
  expect(await probe.closed).toMatchObject({ code: 4403 });
  expect((await page.request(path)).status).toBe(401);
});

test('a holder of a watch token can neither give out another nor sign out its creator', async () => {
  await using running = await bootWithDeployment();
  const { ada, deploymentId } = running;
  const page = holderOf(ada, (await create(ada, deploymentId)).body.token);
  expect(await create(page, deploymentId)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  expect((await page.request('/v1/auth/logout', { method: 'POST' })).status).toBe(403);
  expect((await ada.request('/v1/me')).status).toBe(200);
});

test('a watch token that was created, and one that was refused, are in the audit log without the token', async () => {
  await using running = await bootWithDeployment();
  const { gateway, ada, deploymentId } = running;
  const { token = '' } = (await create(ada, deploymentId)).body;
  await create(holderOf(ada, token), deploymentId);
  const admin = createGraphQLClient(gateway.url);
  Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
  const text = await (await admin.request('/v1/audit?first=500')).text();
  const { nodes } = JSON.parse(text) as { nodes: { act: string; outcome: string; subjects: object }[] };
  const rows = nodes.filter(({ act }) => act === 'WATCH_TOKEN_CREATE');
  expect(rows.map(({ outcome, subjects }) => [outcome, subjects])).toEqual([
    ['FORBIDDEN', { deploymentId }],
    ['OK', { deploymentId }],
  ]);
  expect(text).not.toContain(token.slice(-20));
});
