import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import { ADMIN, ADMIN_ENV, type CreatedService } from '../../support/admin-app.ts';
import { ORGANISATION } from '../../support/ai-tasks.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway, type GatewayOptions } from '../../support/gateway.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

/** The gateway with an administrator, and clients that carry the tokens of services. */
async function boot(options: GatewayOptions = {}) {
  const gateway = await bootGateway({ ...options, env: { ...ADMIN_ENV, ...options.env } });
  const admin = createGraphQLClient(gateway.url);
  Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
  const makeService = (scopes: string[]) =>
    admin.post<CreatedService>('/v1/service-accounts', { name: 'nightly', scopes });
  const clientOf = async ({ id, secret }: CreatedService, more = {}): Promise<GraphQLClient> => {
    const client = createGraphQLClient(gateway.url);
    const body = { grant_type: 'client_credentials', client_id: id, client_secret: secret, ...more };
    const { access_token: accessToken } = await client.post<{ access_token: string }>('/v1/auth/token', body);
    Object.assign(client.tokens, { accessToken });
    return client;
  };
  return {
    gateway,
    admin,
    makeService,
    clientOf,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

async function codeOf(client: GraphQLClient, query: string): Promise<string | undefined> {
  return (await client.graphql(query)).errors?.[0]?.extensions.code;
}

const OPERATIONS = {
  read: [
    '{ agents { id } }',
    '{ agent(id: "1") { id } }',
    '{ tasks { id } }',
    '{ task(id: "1") { id } }',
    '{ deployments(taskId: "1") { id } }',
    '{ deployment(id: "A-1") { id } }',
    '{ transcript(deploymentId: "A-1") { readAt } }',
    'mutation { createWatchToken(deploymentId: "A-1") { token } }',
    '{ myDeployments { nodes { id } } }',
    '{ deploymentEvents { nodes { id } } }',
    '{ viewer { credentials { id } } }',
  ],
  write: [
    'mutation { createAgent(input: { name: "x" }) { id } }',
    'mutation { updateAgent(id: "1", input: { name: "x" }) { id } }',
    'mutation { deleteAgent(id: "1") }',
    'mutation { createTask(input: { name: "x", prompt: "x", agentId: "1" }) { id } }',
    'mutation { updateTask(id: "1", input: { name: "x" }) { id } }',
    'mutation { deleteTask(id: "1") }',
    'mutation { saveQuantConnectCredential(input: { userId: "1", apiToken: "x" }) { id } }',
    'mutation { deleteCredential(id: "1") }',
  ],
  deploy: [
    'mutation { deployTask(taskId: "1") { id } }',
    'mutation { promptDeployment(id: "A-1", prompt: "x") { id } }',
    'mutation { stopDeployment(id: "A-1") { id } }',
    'mutation { deleteDeployment(id: "A-1") }',
  ],
};

test.each(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[])(
  'the scope %s opens its own operations and no others',
  async (scope) => {
    await using running = await boot({ polls: false });
    const client = await running.clientOf(await running.makeService([scope]));
    for (const [needed, operations] of Object.entries(OPERATIONS)) {
      for (const operation of operations) {
        const code = await codeOf(client, operation);
        if (needed === scope) expect([operation, code]).not.toEqual([operation, 'FORBIDDEN']);
        else expect([operation, code]).toEqual([operation, 'FORBIDDEN']);
      }
    }
  },
);

test('a refusal names the missing scope', async () => {
  await using running = await boot({ polls: false });
  const client = await running.clientOf(await running.makeService(['read']));
  const { errors } = await client.graphql('mutation { stopDeployment(id: "A-1") { id } }');
  expect(errors?.[0]?.message).toContain('deploy');
});

test('a service owns what it creates, and another service cannot see it', async () => {
  await using running = await boot({ polls: false });
  const scopes = ['read', 'write', 'deploy'];
  const mine = await running.clientOf(await running.makeService(scopes));
  await mine.saveCredential(seededAccount);
  const deploymentId = await mine.deploy(await mine.createTask());
  const { page } = await mine.ask('{ page: deploymentEvents { nodes { deploymentId } } }');
  expect(page).toMatchObject({ nodes: [{ deploymentId }] });

  const other = await running.clientOf(await running.makeService(scopes));
  expect(
    await other.ask('{ viewer { email credentials { id } } page: deploymentEvents { nodes { id } } }'),
  ).toEqual({
    viewer: { email: null, credentials: [] },
    page: { nodes: [] },
  });
});

/** The log as `act actor user`, the oldest first, of what a service did. */
async function actsFor(gateway: Gateway, admin: GraphQLClient) {
  const answer = await admin.request('/v1/audit?first=500');
  const { nodes } = (await answer.json()) as {
    nodes: {
      act: string;
      outcome: string;
      subjects: object;
      actor: { name: string } | null;
      onBehalfOf: { name: string } | null;
    }[];
  };
  expect(gateway.logLines.filter((line) => line.includes('audit row'))).toEqual([]);
  return nodes.reverse();
}

test("what a service does for a user is the user's, and each act names both", async () => {
  await using running = await boot({ polls: false });
  const { gateway, admin } = running;
  const ada = await gateway.signUpWithCredential();
  const { viewer } = await ada.ask<{ viewer: { id: string } }>('{ viewer { id } }');
  const service = await running.makeService(['read', 'write', 'deploy', 'act_as']);
  const acting = await running.clientOf(service, { requested_subject: viewer.id });

  const taskId = await acting.createTask();
  const id = await acting.deploy(taskId);
  await acting.ask('mutation ($id: ID!) { stopDeployment(id: $id) { id } }', { id });
  expect(await codeOf(acting, 'mutation { deleteTask(id: "999999") }')).toBe('NOT_FOUND');
  const page = await ada.ask('{ page: deploymentEvents(first: 1) { nodes { deploymentId } } }');
  expect(page).toEqual({ page: { nodes: [{ deploymentId: id }] } });
  await ada.createTask('by herself');

  const log = await actsFor(gateway, admin);
  const byService = log.filter(({ actor }) => actor?.name === 'nightly');
  expect(byService.map(({ act, onBehalfOf }) => [act, onBehalfOf?.name])).toEqual([
    ['SERVICE_ACCOUNT_USE', 'ada@example.com'],
    ['CREDENTIAL_FIRST_USE', 'ada@example.com'],
    ['AGENT_CREATE', 'ada@example.com'],
    ['TASK_CREATE', 'ada@example.com'],
    ['DEPLOYMENT_CREATE', 'ada@example.com'],
    ['DEPLOYMENT_STOP', 'ada@example.com'],
  ]);
  expect(byService[4]?.subjects).toEqual({ id, taskId, credentialId: expect.any(String) });
  expect(log.filter(({ act }) => act === 'TASK_CREATE')).toHaveLength(1);
});

test('linking and running AI tasks for a user is recorded too', async () => {
  await using running = await boot({ polls: false });
  const { gateway, admin } = running;
  const ada = await gateway.signUpWithCredentials();
  const { viewer } = await ada.ask<{ viewer: { id: string } }>('{ viewer { id } }');
  const service = await running.makeService(['read', 'write', 'deploy', 'act_as']);
  const acting = await running.clientOf(service, { requested_subject: viewer.id });
  const taskId = await ada.createTask();
  const made = { title: 'a task', taskListId: 'release-42' };
  const [one, two] = [1, 2].map(() => gateway.simulator.quantcdn.createTask(ORGANISATION, made));
  const link = 'mutation ($id: ID!, $taskId: ID) { linkAiTask(aiTaskId: $id, taskId: $taskId) { id } }';

  for (const id of [one, two]) await acting.ask(link, { id, taskId });
  await acting.ask('mutation ($id: ID!) { runAiTask(id: $id) { id } }', { id: one });
  await acting.ask('mutation { runAiTaskList(taskListId: "release-42") { id } }');
  await acting.ask('mutation { stopAiTaskList(taskListId: "release-42") { id } }');
  expect(await codeOf(acting, 'mutation { runAiTaskList(taskListId: "release-42") { id } }')).toBe(
    'CONFLICT',
  );

  const log = (await actsFor(gateway, admin)).filter(({ act }) => act.startsWith('AI_'));
  expect(
    log.map(({ act, actor, onBehalfOf, outcome }) => [act, actor?.name, onBehalfOf?.name, outcome]),
  ).toEqual([
    ...['AI_TASK_LINK', 'AI_TASK_LINK', 'AI_TASK_RUN', 'AI_LIST_RUN', 'AI_LIST_STOP'].map((act) => [
      act,
      'nightly',
      'ada@example.com',
      'OK',
    ]),
    ['AI_LIST_RUN', 'nightly', 'ada@example.com', 'CONFLICT'],
  ]);
  expect(log[0]?.subjects).toMatchObject({ aiTaskId: one, taskId, id: one });
  expect(log[2]?.subjects).toMatchObject({ aiTaskId: one });
  expect(log[3]?.subjects).toMatchObject({ taskListId: 'release-42' });
});

test("a credential's life is recorded from save to deletion, its secret never", async () => {
  await using running = await boot({ polls: false });
  const { gateway, admin } = running;
  const ada = await gateway.signUpWithCredential();
  const { id } = (
    await ada.ask<{ viewer: { credentials: [{ id: string }] } }>('{ viewer { credentials { id } } }')
  ).viewer.credentials[0];
  await ada.ask('{ agents { id } }');
  await ada.ask('{ agents { id } }');
  const wrong = { ...seededAccount, apiToken: 'a'.repeat(64) };
  await expect(ada.saveCredential(wrong)).rejects.toThrow('CREDENTIAL_REJECTED');
  gateway.simulator.control.removeAccount(seededAccount.userId);
  for (let tries = 0; tries < 2; tries++) {
    expect(await codeOf(ada, '{ agents { id } }')).toBe('CREDENTIAL_REJECTED');
  }
  await ada.ask('mutation ($id: ID!) { deleteCredential(id: $id) }', { id });

  const log = (await actsFor(gateway, admin)).filter(({ act }) => act.startsWith('CREDENTIAL'));
  expect(
    log.map(({ act, outcome, actor, onBehalfOf }) => [act, outcome, (actor ?? onBehalfOf)?.name]),
  ).toEqual([
    ['CREDENTIAL_SAVE', 'OK', 'ada@example.com'],
    ['CREDENTIAL_FIRST_USE', 'OK', 'ada@example.com'],
    ['CREDENTIAL_SAVE', 'CREDENTIAL_REJECTED', 'ada@example.com'],
    ['CREDENTIAL_REJECTION', 'OK', 'ada@example.com'],
    ['CREDENTIAL_DELETE', 'OK', 'ada@example.com'],
  ]);
  expect(log.at(-1)?.subjects).toEqual({ id });
  for (const secret of [seededAccount.apiToken, wrong.apiToken]) {
    expect(JSON.stringify(log)).not.toContain(secret);
  }
});

test('deleting a service account closes its sockets and deletes what it owned', async () => {
  await using running = await boot();
  const { gateway, admin } = running;
  const ada = await gateway.signUp();
  const { viewer } = await ada.ask<{ viewer: { id: string } }>('{ viewer { id } }');
  const service = await running.makeService(['read', 'write', 'deploy', 'act_as']);
  const own = await running.clientOf(service);
  await own.saveCredential(seededAccount);
  const taskId = await own.createTask();
  await own.deploy(taskId);
  const acting = await running.clientOf(service, { requested_subject: viewer.id });
  await using first = await openAcknowledged(gateway.url, own.tokens.accessToken);
  await using second = await openAcknowledged(gateway.url, acting.tokens.accessToken);
  await using hers = await openAcknowledged(gateway.url, ada.tokens.accessToken);

  const { status } = await admin.request(`/v1/service-accounts/${service.id}`, { method: 'DELETE' });
  expect(status).toBe(204);
  expect(await Promise.all([first.closed, second.closed])).toMatchObject([{ code: 4403 }, { code: 4403 }]);
  expect(hers.socket.readyState).toBe(hers.socket.OPEN);
  expect((await own.request('/v1/me')).status).toBe(401);
  for (const table of ['credentials', 'deployments', 'watches', 'events'] as const) {
    expect(await gateway.deps.store.db.selectFrom(table).selectAll().execute()).toEqual([]);
  }
});
