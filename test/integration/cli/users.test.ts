import { expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { runCommand } from '../../support/command-line.ts';
import { bootGateway } from '../../support/gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

const SWEEP_MS = 4_000;

/** A gateway whose time stands still, and the command line on its store. */
async function bootBeside() {
  const clock = createManualClock(Date.now());
  const gateway = await bootGateway({ clock, polls: false, env: ADMIN_ENV });
  const env = { DATA_DIR: gateway.config.dataDir };
  const run = (...args: string[]) => runCommand(args, env);
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args, '--json');
    return { code, stderr, ...(stdout === '' ? {} : JSON.parse(stdout)) };
  };
  return {
    gateway,
    run,
    json,
    /** Lets the gateway forget what it remembers, and sweep. */
    pass: () => clock.advance(SWEEP_MS),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const statusOf = async (response: Promise<Response>): Promise<number> => (await response).status;

test('a user is added, listed, given a role and a password beside a running gateway', async () => {
  await using beside = await bootBeside();
  const { gateway, json, run } = beside;
  const made = await json('users', 'create', 'Grace@Example.com');
  expect(made).toMatchObject({ code: 0, user: { email: 'grace@example.com', roles: ['user'] } });
  const client = createGraphQLClient(gateway.url);
  const newPassword = 'correct horse battery staple';
  await client.post('/v1/auth/password-reset', { resetToken: made.resetToken, newPassword });
  await client.signIn('grace@example.com');

  const listed = await json('users', 'list');
  expect(listed.users).toMatchObject([{ email: ADMIN.email }, { email: 'grace@example.com' }]);
  expect((await run('users', 'list')).stdout).toContain(`${made.user.id}  grace@example.com  user\n`);
  expect(await json('users', 'grant', 'grace@example.com', 'admin')).toMatchObject({
    ...{ code: 0, user: { id: made.user.id, roles: ['user', 'admin'] } },
  });
  await beside.pass();
  expect(await statusOf(client.request('/v1/users'))).toBe(200);
  expect(await json('users', 'revoke', made.user.id, 'admin')).toMatchObject({ user: { roles: ['user'] } });
  const reset = await json('users', 'reset-password', 'grace@example.com');
  expect(reset).toMatchObject({ user: { id: made.user.id }, resetToken: expect.stringMatching(/^qgp_/) });

  const { sessions } = await json('users', 'sessions', 'grace@example.com');
  expect(sessions).toHaveLength(1);
  expect((await run('users', 'sessions', 'grace@example.com', '--end')).stdout).toContain('were ended');
  expect((await json('users', 'sessions', 'grace@example.com')).sessions).toEqual([]);
});

test('a user who is disabled at the command line is out of a running gateway after its sweep', async () => {
  await using beside = await bootBeside();
  const { gateway, json, pass } = beside;
  const ada = await gateway.signUp();
  await using socket = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  expect(await json('users', 'disable', 'ada@example.com')).toMatchObject({ user: { isDisabled: true } });
  await pass();
  expect(await statusOf(ada.request('/v1/me'))).toBe(401);
  expect((await socket.closed).code).toBe(4403);
  expect(await json('users', 'enable', 'ada@example.com')).toMatchObject({ user: { isDisabled: false } });
  await ada.signIn('ada@example.com');
});

test('a role that is taken closes what is open with it, and the client comes back', async () => {
  await using beside = await bootBeside();
  const { gateway, run, pass } = beside;
  const ada = await gateway.signUp();
  await using socket = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  await run('users', 'grant', 'ada@example.com', 'admin');
  await pass();
  expect((await socket.closed).code).toBe(4403);
  await using again = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  await pass();
  expect(again.socket.readyState).toBe(again.socket.OPEN);
});

test('erasing is confirmed; who took the address of ADMIN_EMAIL is erased while the gateway does not start', async () => {
  await using beside = await bootBeside();
  const { gateway, run, json } = beside;
  await gateway.signUp('squatter@example.com');
  const unanswered = await run('users', 'delete', 'squatter@example.com');
  expect([unanswered.code, unanswered.stderr]).toEqual([2, expect.stringContaining('--yes')]);
  const env = {
    DATA_DIR: gateway.config.dataDir,
    ADMIN_EMAIL: 'squatter@example.com',
    ADMIN_PASSWORD: 'x'.repeat(20),
  };
  expect((await runCommand(['users', 'delete', 'squatter@example.com', '--yes'], env)).code).toBe(0);
  expect((await json('users', 'list')).users).toHaveLength(1);
  const unknown = await run('users', 'delete', 'squatter@example.com', '--yes');
  expect([unknown.code, unknown.stderr]).toEqual([1, 'There is no user squatter@example.com\n']);
  const last = await run('users', 'delete', ADMIN.email, '--yes');
  expect([last.code, last.stderr]).toEqual([1, 'This is the last administrator; make another one first\n']);
});

test('wrong uses are told before anything is done', async () => {
  await using beside = await bootBeside();
  const { run } = beside;
  for (const args of [
    ['users', 'create', 'nobody'],
    ['users', 'grant', ADMIN.email, 'root'],
    ['service-accounts', 'create', 'robot', '--scopes', 'all'],
    ['service-accounts', 'create', 'robot'],
    ['service-accounts', 'create', 'robot', '--scopes', 'read', '--expires', 'soon'],
  ])
    expect([args, (await run(...args)).code]).toEqual([args, 2]);
});

test('a service account is added, its secret replaced, and it is deleted', async () => {
  await using beside = await bootBeside();
  const { gateway, json, run, pass } = beside;
  const made = await json('service-accounts', 'create', 'robot', '--scopes', 'deploy,read');
  const [account] = made.serviceAccounts;
  expect(account).toMatchObject({ name: 'robot', scopes: ['read', 'deploy'] });
  const client = createGraphQLClient(gateway.url);
  const tokenOf = async (secret: string) =>
    client.request('/v1/auth/token', {
      method: 'POST',
      body: JSON.stringify({
        ...{ grant_type: 'client_credentials', client_id: account.id, client_secret: secret },
      }),
    });
  const answer = (await (await tokenOf(account.secret)).json()) as { access_token: string };
  Object.assign(client.tokens, { accessToken: answer.access_token });
  expect(await statusOf(client.request('/v1/me'))).toBe(200);

  const [rotated] = (await json('service-accounts', 'rotate', 'robot')).serviceAccounts;
  expect(rotated.secrets).toHaveLength(2);
  const [final] = (await json('service-accounts', 'rotate', 'robot', '--now')).serviceAccounts;
  expect(final.secrets).toHaveLength(1);
  Object.assign(client.tokens, { accessToken: '' });
  expect(
    await Promise.all([account, rotated, final].map(async ({ secret }) => (await tokenOf(secret)).status)),
  ).toEqual([401, 401, 200]);
  Object.assign(client.tokens, { accessToken: answer.access_token });
  await pass();
  expect(await statusOf(client.request('/v1/me'))).toBe(401);

  expect((await json('service-accounts', 'list')).serviceAccounts).toMatchObject([{ id: account.id }]);
  expect((await run('service-accounts', 'delete', 'robot', '--yes')).code).toBe(0);
  expect((await run('service-accounts', 'list')).stdout).toBe('There is no service account.\n');
});

test('what the command line does is in the audit log under its name', async () => {
  await using beside = await bootBeside();
  const { gateway, run } = beside;
  await run('users', 'create', 'grace@example.com');
  const root = createGraphQLClient(gateway.url);
  Object.assign(root.tokens, await root.post('/v1/auth/login', ADMIN));
  const { nodes } = (await (await root.request('/v1/audit')).json()) as { nodes: { act: string }[] };
  expect(nodes.find(({ act }) => act === 'USER_CREATE')).toMatchObject({
    actor: { id: 'command-line', name: 'command line' },
  });
});
