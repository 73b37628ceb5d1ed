import { expect, test } from 'vitest';
import { bootAdminApp } from '../../support/admin-app.ts';
import { bearer, bootAuthApp, createFakeHasher } from '../../support/auth-app.ts';
import { bootGateway } from '../../support/gateway.ts';

/** `count` letters, each of which is one character after normalization and two as some keyboards type it. */
function decomposed(count: number): string {
  return 'é'.normalize('NFD').repeat(count);
}

test('passwords are counted after normalization: 8 to 128, however they were typed', async () => {
  await using gateway = await bootAuthApp({ hasher: createFakeHasher() });
  const enter = async (path: string, count: number, form: 'NFC' | 'NFD') => {
    const password = decomposed(count).normalize(form);
    return (await gateway.post(`/v1/auth/${path}`, { email: `a${count}@example.com`, password })).statusCode;
  };
  for (const form of ['NFC', 'NFD'] as const)
    for (const count of [7, 129]) expect([count, await enter('register', count, form)]).toEqual([count, 400]);
  for (const count of [8, 65, 128]) {
    expect(await enter('register', count, 'NFC')).toBe(201);
    for (const form of ['NFC', 'NFD'] as const) expect(await enter('login', count, form)).toBe(200);
  }
  // One character outside the basic plane counts as one.
  const rare = { email: 'rare@example.com', password: '💡'.repeat(7) };
  expect((await gateway.post('/v1/auth/register', rare)).statusCode).toBe(400);

  const login = { email: 'a65@example.com', password: decomposed(65) };
  const { accessToken } = (await gateway.post('/v1/auth/login', login)).json();
  const change = (count: number) =>
    gateway.post(
      '/v1/me/password',
      { currentPassword: decomposed(65), newPassword: decomposed(count) },
      { headers: bearer(accessToken) },
    );
  expect((await change(129)).statusCode).toBe(400);
  expect((await change(128)).statusCode).toBe(204);
});

test('the password of the first administrator is counted alike', async () => {
  const boot = (count: number) =>
    bootAuthApp({
      hasher: createFakeHasher(),
      env: { ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: decomposed(count) },
    });
  for (const count of [7, 129]) await expect(boot(count)).rejects.toThrow('must have 8 to 128 characters');
  await using _gateway = await boot(128);
});

test('names of service accounts are counted after normalization', async () => {
  await using gateway = await bootAdminApp();
  const headers = bearer(gateway.adminToken);
  for (const [count, status] of [
    [100, 201],
    [101, 400],
  ] as const) {
    const body = { name: decomposed(count), scopes: ['read'] };
    expect((await gateway.post('/v1/service-accounts', body, { headers })).statusCode).toBe(status);
  }
});

test('texts of agents, tasks, AI tasks and credentials are counted after normalization, and kept as typed', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  const { task } = await ada.ask<{ task: { agentId: string } }>(
    'query ($taskId: ID!) { task(id: $taskId) { agentId } }',
    {
      taskId,
    },
  );
  const { viewer } = await ada.ask<{ viewer: { credentials: { id: string }[] } }>(
    '{ viewer { credentials { id } } }',
  );
  const credentialId = viewer.credentials[0]?.id;
  const cases: [path: string, field: string, most: number, more: object, method?: string][] = [
    ['/v1/agents', 'name', 200, {}],
    ['/v1/tasks', 'name', 200, { agentId: task.agentId, prompt: 'x' }],
    ['/v1/tasks', 'prompt', 100_000, { agentId: task.agentId, name: 'x' }],
    ['/v1/ai-tasks', 'title', 100_000, {}],
    ['/v1/ai-tasks', 'description', 100_000, { title: 'x' }],
    ['/v1/ai-tasks', 'taskListId', 256, { title: 'x' }],
    [`/v1/credentials/${credentialId}`, 'label', 200, {}, 'PATCH'],
  ];
  for (const [path, field, most, more, method = 'POST'] of cases) {
    const send = async (count: number) => {
      const body = JSON.stringify({ ...more, [field]: `X${decomposed(count - 1)}` });
      const response = await ada.request(path, { method, body });
      return { status: response.status, text: ((await response.json()) as Record<string, string>)[field] };
    };
    expect([path, field, await send(most)]).toMatchObject([
      path,
      field,
      { text: `X${decomposed(most - 1)}` },
    ]);
    expect([path, field, (await send(most + 1)).status]).toEqual([path, field, 400]);
  }
});
