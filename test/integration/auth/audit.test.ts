import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../src/services/common/audit.ts';
import type { Page } from '../../../src/services/common/page.ts';
import { ADMIN, type AdminApp, bootAdminApp } from '../../support/admin-app.ts';
import { signUp } from '../../support/auth-app.ts';

async function pageOf({ call, adminToken }: AdminApp, query = ''): Promise<Page<AuditEntry>> {
  const answer = await call('GET', `/v1/audit${query}`, adminToken);
  expect(answer.statusCode).toBe(200);
  return answer.json<Page<AuditEntry>>();
}

/** The whole log, the oldest first. */
async function logOf(gateway: AdminApp): Promise<AuditEntry[]> {
  return (await pageOf(gateway, '?first=500')).nodes.reverse();
}

function summaryOf({ act, outcome, actor, onBehalfOf }: AuditEntry) {
  return [act, outcome, actor?.name ?? null, ...(onBehalfOf ? [onBehalfOf.name] : [])].join(' ');
}

test('sign-up, sign-in, failed sign-in, sign-out and password change are recorded', async () => {
  await using gateway = await bootAdminApp();
  const { email, password, accessToken } = await signUp(gateway);
  await gateway.post('/v1/auth/login', { email, password: 'a wrong guess' });
  await gateway.post('/v1/auth/login', { email: 'nobody@example.com', password: 'a wrong guess' });
  const other = (await gateway.post('/v1/auth/login', { email, password })).json();
  const wrong = { currentPassword: 'a wrong guess', newPassword: 'another password' };
  await gateway.call('POST', '/v1/me/password', accessToken, wrong);
  await gateway.call('DELETE', '/v1/sessions', accessToken);
  await gateway.call('POST', '/v1/me/password', accessToken, { ...wrong, currentPassword: password });
  await gateway.call('POST', '/v1/auth/logout', accessToken);

  const log = await logOf(gateway);
  expect(log.map(summaryOf)).toEqual([
    `SIGN_IN OK ${ADMIN.email}`,
    `REGISTRATION OK ${email}`,
    `SIGN_IN OK ${email}`,
    `SIGN_IN UNAUTHENTICATED ${email}`,
    'SIGN_IN UNAUTHENTICATED ',
    `SIGN_IN OK ${email}`,
    `PASSWORD_CHANGE BAD_USER_INPUT ${email}`,
    `SESSION_END OK ${email}`,
    `PASSWORD_CHANGE OK ${email}`,
    `SESSION_END OK ${email}`,
  ]);
  expect(log.every(({ address, at }) => address === '127.0.0.1' && at === '2023-11-14T22:13:20.000Z')).toBe(
    true,
  );
  expect(log[2]?.subjects).toEqual(log[9]?.subjects);
  const text = JSON.stringify(log);
  for (const secret of [password, 'a wrong guess', 'nobody', accessToken, other.refreshToken.slice(4)]) {
    expect(text).not.toContain(secret);
  }
});

test('reuse of a refresh token is recorded without an actor, on its user’s session', async () => {
  await using gateway = await bootAdminApp();
  const { refreshToken, email } = await signUp(gateway);
  await gateway.post('/v1/auth/refresh', { refreshToken });
  await gateway.clock.advance(10_000);
  await gateway.post('/v1/auth/refresh', { refreshToken });
  await gateway.post('/v1/auth/refresh', { refreshToken });
  const reuse = (await logOf(gateway)).filter(({ act }) => act === 'REFRESH_REUSE');
  expect(reuse).toEqual([
    expect.objectContaining({
      actor: null,
      onBehalfOf: { id: expect.any(String), name: email },
      subjects: { sessionId: expect.any(String) },
      address: '127.0.0.1',
    }),
  ]);
});

test('a service account is recorded from creation to deletion, with both names', async () => {
  await using gateway = await bootAdminApp();
  const { call, adminToken } = gateway;
  const { email, accessToken } = await signUp(gateway);
  const { id } = (await gateway.get('/v1/me', accessToken)).json();
  const service = await gateway.createService(['read', 'act_as']);
  const path = `/v1/service-accounts/${service.id}`;
  const added = await call('POST', `${path}/secrets`, adminToken);
  await gateway.tokenOf(service);
  await gateway.tokenOf(service, { requested_subject: id });
  await gateway.askToken({
    grant_type: 'client_credentials',
    client_id: service.id,
    client_secret: 'qgs_guess',
  });
  await call('DELETE', `${path}/secrets/${added.json().id}`, adminToken);
  await call('DELETE', path, adminToken);

  const log = (await logOf(gateway)).filter(({ act }) => act.startsWith('SERVICE'));
  expect(log.map(summaryOf)).toEqual([
    `SERVICE_ACCOUNT_CREATE OK ${ADMIN.email}`,
    `SERVICE_SECRET_ADD OK ${ADMIN.email}`,
    'SERVICE_ACCOUNT_USE OK nightly',
    `SERVICE_ACCOUNT_USE OK nightly ${email}`,
    'SERVICE_ACCOUNT_USE UNAUTHENTICATED nightly',
    `SERVICE_SECRET_DELETE OK ${ADMIN.email}`,
    `SERVICE_ACCOUNT_DELETE OK ${ADMIN.email}`,
  ]);
  expect(log.at(-1)?.subjects).toEqual({ serviceAccountId: service.id });
  const text = JSON.stringify(log);
  for (const secret of [service.secret, added.json().secret, 'qgs_guess'])
    expect(text).not.toContain(secret.slice(4));
});

test('the audit log is paged newest first, without a gap while it grows', async () => {
  await using gateway = await bootAdminApp();
  for (let n = 0; n < 5; n++) {
    await gateway.audit.record({ act: 'KEY_ROTATION', actor: null, subjects: { moved: String(n) } });
  }
  const seen: (string | undefined)[] = [];
  let page = await pageOf(gateway, '?first=2');
  while (page.pageInfo.hasNextPage) {
    seen.push(...page.nodes.map(({ subjects }) => subjects.moved));
    await gateway.audit.record({ act: 'KEY_ROTATION', actor: null, subjects: { moved: 'later' } });
    page = await pageOf(gateway, `?first=2&after=${page.pageInfo.endCursor}`);
  }
  expect(seen).toEqual(['4', '3', '2', '1']);
  expect(page.nodes.map(({ act }) => act)).toEqual(['KEY_ROTATION', 'SIGN_IN']);
  const { endCursor } = page.pageInfo;
  expect(await pageOf(gateway, `?after=${endCursor}`)).toEqual({
    nodes: [],
    pageInfo: { endCursor, hasNextPage: false },
  });

  for (const query of ['?after=0', '?first=0', '?first=501', '?first=x', '?before=1']) {
    const answer = await gateway.call('GET', `/v1/audit${query}`, gateway.adminToken);
    expect([query, answer.statusCode]).toEqual([query, 400]);
  }
});

test('a store that takes no audit rows breaks no sign-in; the row goes to the log', async () => {
  await using gateway = await bootAdminApp();
  await gateway.store.db.schema.dropTable('audit').execute();
  const { accessToken } = await signUp(gateway);
  expect((await gateway.get('/v1/me', accessToken)).statusCode).toBe(200);
  const lost = gateway.logLines.map((line) => JSON.parse(line)).filter(({ audit }) => audit);
  expect(lost).toMatchObject([
    { level: 'error', audit: { act: 'REGISTRATION', actorName: 'ada@example.com' } },
    { level: 'error', audit: { act: 'SIGN_IN', actorName: 'ada@example.com', outcome: 'OK' } },
  ]);
});

test('audit rows outlive those they name, and are pruned by age', async () => {
  const { pruneAudit } = await import('../../../src/store/identity/audit.ts');
  await using gateway = await bootAdminApp();
  await signUp(gateway);
  await gateway.store.db.deleteFrom('users').where('email', '=', 'ada@example.com').execute();
  expect((await logOf(gateway)).map(summaryOf)).toContain('SIGN_IN OK ada@example.com');
  await gateway.clock.advance(1_000);
  await gateway.audit.record({ act: 'KEY_ROTATION', actor: null });
  const prune = (limit: number) => pruneAudit(gateway.store.db, gateway.clock.now(), limit);
  expect([await prune(2), await prune(2), await prune(2)]).toEqual([2, 1, 0]);
  expect((await logOf(gateway)).map(summaryOf)).toEqual(['KEY_ROTATION OK ']);
});
