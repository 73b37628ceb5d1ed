/**
 * Drives every REST route of a gateway that is known only by its address (`BASE_URL`; started here without). Behind
 * it must be a QuantConnect that knows the account below and a QuantCDN that knows the token, and the administrator
 * below must exist. Nothing of the project is imported, so that this could judge a rewrite.
 */
import { expect, inject, test } from 'vitest';

const BASE_URL = inject('baseUrl');
const PASSWORD = 'correct horse battery staple';
const ADMIN = { email: 'admin@example.com', password: PASSWORD };
const ACCOUNT = {
  provider: 'QUANTCONNECT',
  label: 'acceptance',
  userId: '12345',
  apiToken: 'abcdef0123456789'.repeat(4),
  organizationId: '0123456789abcdef0123456789abcdef',
};

const QUANTCDN = {
  provider: 'QUANTCDN',
  label: 'acceptance',
  organisation: 'acme',
  apiToken: 'quantcdn-simulator-token-0123456789abcdef',
};

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged by what is in them
  body: any;
}

/** Routes of the OpenAPI document that were driven, as `get /v1/agents/{agentId}`. */
const driven = new Set<string>();

/** A caller with a token, or without. `route` names the template, `ids` fills it in. */
function caller(accessToken?: string) {
  return async (
    route: string,
    {
      ids = {},
      body,
      query = '',
      headers = {},
      until,
    }: { ids?: object; body?: unknown; query?: string; headers?: object; until?: string } = {},
  ): Promise<Answer> => {
    driven.add(route);
    const [method = '', template = ''] = route.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_match, name) => String(ids[name as keyof typeof ids]));
    const response = await fetch(`${BASE_URL}${path}${query}`, {
      method: method.toUpperCase(),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = until === undefined ? await response.text() : await textUntil(response, until);
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
}

/** What an answer without an end says up to some words; then it is left. */
async function textUntil(response: Response, words: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(words)) break;
  }
  return text;
}

const anyone = caller();

test("a user's life over REST uses every route", async () => {
  const email = `user-${Date.now()}@example.com`;

  // Public things.
  expect((await anyone('get /healthz')).body).toEqual({ status: 'ok' });
  expect((await anyone('get /readyz')).status).toBe(200);
  expect((await anyone('get /.well-known/jwks.json')).body.keys).not.toEqual([]);

  // Signing up and in.
  const registered = await anyone('post /v1/auth/register', { body: { email, password: PASSWORD } });
  expect(registered.status).toBe(201);
  expect(registered.body.user).toMatchObject({ email, roles: ['user'] });
  expect((await anyone('post /v1/auth/register', { body: { email, password: PASSWORD } })).body.code).toBe(
    'CONFLICT',
  );
  const login = await anyone('post /v1/auth/login', { body: { email, password: PASSWORD } });
  expect(login.body).toMatchObject({ tokenType: 'Bearer', expiresIn: expect.any(Number) });
  const refreshed = await anyone('post /v1/auth/refresh', {
    body: { refreshToken: login.body.refreshToken },
  });
  expect(refreshed.status).toBe(200);
  const user = caller(refreshed.body.accessToken);
  expect((await user('get /v1/me')).body).toMatchObject({ id: registered.body.user.id, email });
  expect((await caller('nonsense')('get /v1/me')).status).toBe(401);

  // Sessions and the password.
  const second = await anyone('post /v1/auth/login', { body: { email, password: PASSWORD } });
  const { sessions } = (await user('get /v1/sessions')).body;
  expect(sessions).toHaveLength(2);
  const other = sessions.find((session: { current: boolean }) => !session.current);
  expect((await user('delete /v1/sessions/{sessionId}', { ids: { sessionId: other.id } })).status).toBe(204);
  expect((await caller(second.body.accessToken)('get /v1/me')).status).toBe(401);
  expect((await user('delete /v1/sessions')).status).toBe(204);
  const changed = { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` };
  expect((await user('post /v1/me/password', { body: changed })).status).toBe(204);

  // Credentials.
  expect((await user('get /v1/agents')).body.code).toBe('CREDENTIAL_MISSING');
  const refused = await user('post /v1/credentials', { body: { ...ACCOUNT, apiToken: 'wrong' } });
  expect([refused.status, refused.body.code]).toEqual([409, 'CREDENTIAL_REJECTED']);
  const saved = await user('post /v1/credentials', { body: ACCOUNT });
  expect(saved.status).toBe(201);
  expect(saved.body).toMatchObject({ status: 'VERIFIED', tokenHint: '6789', isDefault: true });
  expect(JSON.stringify(saved.body)).not.toContain(ACCOUNT.apiToken);
  const credentialId = saved.body.id;
  expect((await user('get /v1/credentials')).body.credentials).toEqual([saved.body]);
  expect((await user('get /v1/credentials/{credentialId}', { ids: { credentialId } })).body).toEqual(
    saved.body,
  );
  const renamed = await user('patch /v1/credentials/{credentialId}', {
    ids: { credentialId },
    body: { label: 'main' },
  });
  expect(renamed.body.label).toBe('main');
  expect((await user('post /v1/credentials/{credentialId}/verify', { ids: { credentialId } })).status).toBe(
    200,
  );

  // The same for the other upstream, beside it.
  const wrong = await user('post /v1/credentials', { body: { ...QUANTCDN, organisation: 'umbrella' } });
  expect([wrong.status, wrong.body.code]).toEqual([409, 'CREDENTIAL_REJECTED']);
  const unknown = await user('post /v1/credentials', { body: { ...QUANTCDN, provider: 'QUANTX' } });
  expect([unknown.status, unknown.body.fields[0].path]).toEqual([400, 'provider']);
  const beside = await user('post /v1/credentials', { body: QUANTCDN });
  expect(beside.status).toBe(201);
  expect(beside.body).toMatchObject({
    account: 'acme',
    status: 'VERIFIED',
    tokenHint: 'cdef',
    isDefault: true,
  });
  expect(JSON.stringify(beside.body)).not.toContain(QUANTCDN.apiToken);
  const besideIds = { credentialId: beside.body.id };
  const organized = { ids: besideIds, body: { organizationId: 'acme' } };
  expect((await user('patch /v1/credentials/{credentialId}', organized)).status).toBe(400);
  const verified = await user('post /v1/credentials/{credentialId}/verify', { ids: besideIds });
  expect(verified.body).toEqual(beside.body);
  expect((await user('get /v1/agents', { query: `?credentialId=${beside.body.id}` })).status).toBe(404);

  // Agents.
  const made = await user('post /v1/agents', {
    body: { name: 'Heron', reasoningEffort: 'high' },
    headers: { 'idempotency-key': 'a1' },
  });
  expect(made.status).toBe(201);
  const again = await user('post /v1/agents', {
    body: { name: 'Heron', reasoningEffort: 'high' },
    headers: { 'idempotency-key': 'a1' },
  });
  expect(again.body.id).toBe(made.body.id);
  const differently = await user('post /v1/agents', {
    body: { name: 'Stork' },
    headers: { 'idempotency-key': 'a1' },
  });
  expect([differently.status, differently.body.code]).toEqual([409, 'CONFLICT']);
  const agentId = made.body.id;
  expect((await user('get /v1/agents')).body.agents.map(({ id }: { id: string }) => id)).toContain(agentId);
  expect((await user('get /v1/agents/{agentId}', { ids: { agentId } })).body.reasoningEffort).toBe('HIGH');
  const patched = await user('patch /v1/agents/{agentId}', {
    ids: { agentId },
    body: { description: 'Reads', model: null },
  });
  expect(patched.body).toMatchObject({ name: 'Heron', description: 'Reads', model: null });

  // Tasks.
  const task = await user('post /v1/tasks', {
    body: { agentId, name: 'buy and hold', prompt: 'Buy and hold SPY' },
  });
  expect(task.status).toBe(201);
  const taskId = task.body.id;
  expect((await user('get /v1/tasks')).body.tasks.map(({ id }: { id: string }) => id)).toContain(taskId);
  expect((await user('get /v1/tasks/{taskId}', { ids: { taskId } })).body.prompt).toBe('Buy and hold SPY');
  expect((await user('patch /v1/tasks/{taskId}', { ids: { taskId }, body: { name: 'keep' } })).status).toBe(
    200,
  );

  // A deployment, from its birth to its end and back.
  const ids = { taskId };
  const deployed = await user('post /v1/tasks/{taskId}/deployments', {
    ids,
    body: { guard: { maxTokens: 1_000_000 } },
    headers: { 'idempotency-key': 'd1' },
  });
  expect(deployed.status).toBe(201);
  const deploymentId = deployed.body.id;
  const story = await user('get /v1/deployments/{deploymentId}/events', {
    ids: { deploymentId },
    query: '?after=0&untilTerminal=true',
    headers: { accept: 'text/event-stream' },
  });
  expect(story.body).toMatch(/event: CREATED\n/);
  expect(story.body).toMatch(/"status":"COMPLETED"/);
  expect(story.body).toMatch(/event: complete\n/);
  const page = await user('get /v1/deployments/{deploymentId}/events', { ids: { deploymentId } });
  expect(page.body.events.at(-1)).toMatchObject({ deploymentId, status: 'COMPLETED' });
  expect((await user('get /v1/events')).body.events).toEqual(page.body.events);
  expect((await user('get /v1/tasks/{taskId}/deployments', { ids })).body.deployments).toHaveLength(1);
  expect((await user('get /v1/deployments', { query: '?status=COMPLETED&first=1' })).body).toMatchObject({
    deployments: [{ id: deploymentId }],
    pageInfo: { hasNextPage: false },
  });
  expect((await user('get /v1/deployments/{deploymentId}', { ids: { deploymentId } })).body.isTerminal).toBe(
    true,
  );
  const said = await user('get /v1/deployments/{deploymentId}/conversation', { ids: { deploymentId } });
  expect(said.body.messages[0].parts[0].text).toBe('Buy and hold SPY');
  expect(said.body.files).not.toEqual([]);
  const transcript = () => user('get /v1/deployments/{deploymentId}/transcript', { ids: { deploymentId } });
  await expect
    .poll(async () => (await transcript()).body.messages, { timeout: 10_000 })
    .toEqual(said.body.messages);
  const revived = await user('post /v1/deployments/{deploymentId}/prompts', {
    ids: { deploymentId },
    body: { prompt: 'And QQQ' },
  });
  expect([revived.status, revived.body.isTerminal]).toEqual([200, false]);
  expect((await user('post /v1/deployments/{deploymentId}/stop', { ids: { deploymentId } })).status).toBe(
    200,
  );
  // A chat over the same conversation. The stream may still tell of the stop.
  const chat = await user('get /v1/deployments/{deploymentId}/chat', { ids: { deploymentId } });
  expect([chat.status, chat.body.messages.length > 0]).toEqual([200, true]);
  expect(
    (await user('get /v1/deployments/{deploymentId}/chat/stream', { ids: { deploymentId } })).status,
  ).toBeLessThan(300);
  const unsaid = await user('post /v1/deployments/{deploymentId}/chat', {
    ids: { deploymentId },
    body: { messages: [] },
  });
  expect([unsaid.status, unsaid.body.code]).toEqual([400, 'BAD_USER_INPUT']);

  // A page that may see one deployment and nothing else.
  const watching = await user('post /v1/deployments/{deploymentId}/watch-tokens', {
    ids: { deploymentId },
    body: { ttlSeconds: 60 },
  });
  expect(watching.status).toBe(201);
  const watcher = caller(watching.body.token);
  expect((await watcher('get /v1/deployments/{deploymentId}', { ids: { deploymentId } })).status).toBe(200);
  expect((await watcher('get /v1/agents')).status).toBe(403);

  expect((await user('delete /v1/deployments/{deploymentId}', { ids: { deploymentId } })).status).toBe(204);
  expect((await user('get /v1/deployments/{deploymentId}', { ids: { deploymentId } })).body.code).toBe(
    'NOT_FOUND',
  );

  // AI tasks of the other upstream.
  const taskListId = `list-${Date.now()}`;
  const wanted = { title: 'Draft', taskListId, metadata: { color: 'blue' } };
  const drafted = await user('post /v1/ai-tasks', { body: wanted, headers: { 'idempotency-key': 't1' } });
  expect([drafted.status, drafted.body.status]).toEqual([201, 'PENDING']);
  const draft = { taskId: drafted.body.id };
  const draftedAgain = await user('post /v1/ai-tasks', {
    body: wanted,
    headers: { 'idempotency-key': 't1' },
  });
  expect(draftedAgain.body.id).toBe(drafted.body.id);
  const next = await user('post /v1/ai-tasks', {
    body: { title: 'Publish', taskListId, dependsOn: [drafted.body.id] },
  });
  const publish = { taskId: next.body.id };
  const ofList = { ids: { taskListId } };
  const listed = await user('get /v1/ai-tasks', { query: `?taskListId=${taskListId}` });
  expect(listed.body.aiTasks.map(({ title }: { title: string }) => title).toSorted()).toEqual([
    'Draft',
    'Publish',
  ]);
  expect((await user('get /v1/ai-tasks/{taskId}', { ids: publish })).body.dependsOn).toEqual([
    drafted.body.id,
  ]);
  const graph = await user('get /v1/ai-task-lists/{taskListId}/graph', ofList);
  expect((await user('get /v1/ai-task-lists')).body.aiTaskLists).not.toEqual([]);
  expect([graph.body.roots, graph.body.leaves]).toEqual([[draft.taskId], [publish.taskId]]);
  const seen = await user('get /v1/ai-task-lists');
  expect(seen.body.aiTaskLists).toContainEqual(expect.objectContaining({ id: taskListId, taskCount: 2 }));
  const reviewed = await user('patch /v1/ai-tasks/{taskId}', {
    ids: draft,
    body: { metadataPatch: { reviewer: 'ada' } },
  });
  expect(reviewed.body.metadata).toMatchObject({ color: 'blue', reviewer: 'ada' });
  const spare = { taskId: (await user('post /v1/ai-tasks', { body: { title: 'Spare' } })).body.id };
  const claimed = await user('post /v1/ai-tasks/{taskId}/claim', {
    ids: spare,
    body: { agentId: 'agent-1' },
  });
  expect([claimed.body.status, claimed.body.assignedAgentId]).toEqual(['IN_PROGRESS', 'agent-1']);
  const deleted = await user('delete /v1/ai-tasks/{taskId}', { ids: spare });
  expect(deleted.body).toEqual({ deletedIds: [spare.taskId] });

  // Both upstreams joined: the list is run as deployments.
  const unlinked = await user('post /v1/ai-task-lists/{taskListId}/run', { ...ofList, body: {} });
  expect([unlinked.status, unlinked.body.code]).toEqual([400, 'BAD_USER_INPUT']);
  expect((await user('get /v1/ai-task-lists/{taskListId}/run', ofList)).status).toBe(404);
  for (const one of [draft, publish]) {
    const tied = await user('put /v1/ai-tasks/{taskId}/link', { ids: one, body: { taskId } });
    expect(tied.body.metadata.quantconnect).toEqual({ taskId });
  }
  const waiting = await user('post /v1/ai-tasks/{taskId}/runs', { ids: publish });
  expect([waiting.status, waiting.body.code]).toEqual([409, 'CONFLICT']);
  const started = await user('post /v1/ai-task-lists/{taskListId}/run', {
    ...ofList,
    body: { maxParallel: 2 },
    headers: { 'idempotency-key': 'l1' },
  });
  expect([started.status, started.body.status, started.body.maxParallel]).toEqual([201, 'RUNNING', 2]);
  const received = await user('get /v1/ai-task-lists/{taskListId}/events', {
    ...ofList,
    query: '?after=0',
    headers: { accept: 'text/event-stream' },
    until: '"status":"COMPLETED","maxParallel"',
  });
  expect(received.body).toMatch(/event: TASK\n/);
  const ended = (await user('get /v1/ai-task-lists/{taskListId}/run', ofList)).body;
  expect([ended.id, ended.status, ended.runs.length]).toEqual([started.body.id, 'COMPLETED', 2]);
  const log = await user('get /v1/ai-task-lists/{taskListId}/events', ofList);
  const { runs: _, ...toldAtLast } = { ...ended, changed: null };
  expect(log.body.events).toContainEqual(expect.objectContaining({ kind: 'LIST_RUN', run: toldAtLast }));
  const stopped = await user('post /v1/ai-task-lists/{taskListId}/run/stop', { ...ofList, body: {} });
  expect([stopped.status, stopped.body.status]).toEqual([200, 'COMPLETED']);
  const alone = { taskId: (await user('post /v1/ai-tasks', { body: { title: 'Alone' } })).body.id };
  await user('put /v1/ai-tasks/{taskId}/link', { ids: alone, body: { taskId } });
  const single = await user('post /v1/ai-tasks/{taskId}/runs', { ids: alone });
  expect([single.status, single.body.aiTaskId]).toEqual([201, alone.taskId]);

  // A stranger sees nothing of it.
  const stranger = await newcomer();
  expect(
    (await stranger('get /v1/deployments/{deploymentId}/events', { ids: { deploymentId } })).status,
  ).toBe(404);
  expect((await stranger('get /v1/credentials/{credentialId}', { ids: { credentialId } })).status).toBe(404);

  // Services.
  const admin = caller((await anyone('post /v1/auth/login', { body: ADMIN })).body.accessToken);
  expect((await user('post /v1/service-accounts', { body: { name: 'x', scopes: ['read'] } })).status).toBe(
    403,
  );
  const service = await admin('post /v1/service-accounts', {
    body: { name: 'nightly', scopes: ['read', 'act_as'] },
  });
  expect(service.status).toBe(201);
  const serviceAccountId = service.body.id;
  expect((await admin('get /v1/service-accounts')).status).toBe(200);
  expect((await admin('get /v1/upstream-drift')).status).toBe(200);
  expect((await admin('get /v1/encryption-keys')).body.keys).toEqual([
    expect.objectContaining({ isFirst: true }),
  ]);
  expect(
    (await admin('get /v1/service-accounts/{serviceAccountId}', { ids: { serviceAccountId } })).body.secret,
  ).toBeUndefined();
  const extra = await admin('post /v1/service-accounts/{serviceAccountId}/secrets', {
    ids: { serviceAccountId },
  });
  expect(extra.status).toBe(201);
  const grant = {
    grant_type: 'client_credentials',
    client_id: serviceAccountId,
    client_secret: extra.body.secret,
  };
  const acting = await anyone('post /v1/auth/token', {
    body: { ...grant, requested_subject: registered.body.user.id },
  });
  const forUser = caller(acting.body.access_token);
  expect((await forUser('get /v1/agents/{agentId}', { ids: { agentId } })).status).toBe(200);
  expect((await forUser('delete /v1/agents/{agentId}', { ids: { agentId } })).body.code).toBe('FORBIDDEN');
  expect((await admin('get /v1/audit')).body.nodes).not.toEqual([]);
  expect((await admin('get /v1/upstream-drift')).body.drift).toEqual(expect.any(Array));
  const secretIds = { serviceAccountId, secretId: extra.body.id };
  expect(
    (await admin('delete /v1/service-accounts/{serviceAccountId}/secrets/{secretId}', { ids: secretIds }))
      .status,
  ).toBe(204);
  expect((await forUser('get /v1/agents')).status).toBe(401);
  expect(
    (await admin('delete /v1/service-accounts/{serviceAccountId}', { ids: { serviceAccountId } })).status,
  ).toBe(204);

  // Webhooks, and what was used.
  const hook = await user('post /v1/webhooks', { body: { url: 'https://receiver.invalid/quantgate' } });
  expect([hook.status, hook.body.secret]).toEqual([201, expect.stringMatching(/^whsec_/)]);
  const ofHook = { ids: { webhookId: hook.body.id } };
  expect((await user('get /v1/webhooks')).body.webhooks).toHaveLength(1);
  expect((await user('get /v1/webhooks/{webhookId}', ofHook)).status).toBe(200);
  const redescribed = await user('patch /v1/webhooks/{webhookId}', {
    ...ofHook,
    body: { description: 'renamed' },
  });
  expect(redescribed.status).toBe(200);
  expect((await user('post /v1/webhooks/{webhookId}/secrets', ofHook)).status).toBe(201);
  expect((await user('post /v1/webhooks/{webhookId}/test', ofHook)).status).toBeLessThan(300);
  expect((await user('get /v1/webhooks/{webhookId}/deliveries', ofHook)).status).toBe(200);
  const replayed = await user('post /v1/webhooks/{webhookId}/replay', { ...ofHook, body: { after: '0' } });
  expect(replayed.status).toBeLessThan(300);
  expect((await user('delete /v1/webhooks/{webhookId}', ofHook)).status).toBe(204);
  expect((await user('get /v1/usage', { query: '?groupBy=day' })).body.usage).not.toEqual([]);

  const budgeted = await user('put /v1/budgets', {
    body: { period: 'MONTH', maxTokens: 1_000_000_000, onReached: 'WARN' },
  });
  expect(budgeted.status).toBe(200);
  expect((await user('get /v1/budgets')).body.budgets).toHaveLength(1);
  const budgetIds = { budgetId: budgeted.body.id };
  expect((await user('delete /v1/budgets/{budgetId}', { ids: budgetIds })).status).toBe(204);

  // Users.
  const addedEmail = `added-${email}`;
  const added = await admin('post /v1/users', { body: { email: addedEmail } });
  expect(added.status).toBe(201);
  const userId = added.body.user.id;
  const newPassword = 'a password of their own';
  const { resetToken } = (await admin('post /v1/users/{userId}/password-reset', { ids: { userId } })).body;
  expect((await anyone('post /v1/auth/password-reset', { body: { resetToken, newPassword } })).status).toBe(
    204,
  );
  expect((await admin('get /v1/users', { query: `?email=${addedEmail}` })).body.users).toHaveLength(1);
  expect((await admin('get /v1/users/{userId}', { ids: { userId } })).body.user.isDisabled).toBe(false);
  const disabled = await admin('patch /v1/users/{userId}', { ids: { userId }, body: { isDisabled: true } });
  expect(disabled.body.user.isDisabled).toBe(true);
  expect((await admin('delete /v1/users/{userId}/sessions', { ids: { userId } })).status).toBe(204);
  expect((await admin('delete /v1/users/{userId}', { ids: { userId } })).status).toBe(204);
  const leaver = await newcomer();
  expect((await leaver('delete /v1/me', { body: { password: PASSWORD } })).status).toBe(204);

  // Tidying up.
  expect((await user('delete /v1/tasks/{taskId}', { ids })).status).toBe(204);
  expect((await user('delete /v1/agents/{agentId}', { ids: { agentId } })).status).toBe(204);
  expect((await user('delete /v1/credentials/{credentialId}', { ids: { credentialId } })).status).toBe(204);
  expect((await user('delete /v1/credentials/{credentialId}', { ids: besideIds })).status).toBe(204);
  expect((await user('post /v1/auth/logout')).status).toBe(204);
  expect((await user('get /v1/me')).status).toBe(401);

  const { paths } = (await (await fetch(`${BASE_URL}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(routes.filter((route) => !driven.has(route))).toEqual([]);
});

/** Another user, signed in. */
async function newcomer() {
  const body = { email: `stranger-${Date.now()}@example.com`, password: PASSWORD };
  await anyone('post /v1/auth/register', { body });
  return caller((await anyone('post /v1/auth/login', { body })).body.accessToken);
}
