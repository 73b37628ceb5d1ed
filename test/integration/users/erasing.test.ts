import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import { toJson } from '../../../src/lib/json.ts';
import { ERASED_NAME, ERASURE } from '../../../src/store/identity/erasure.ts';
import type { Store } from '../../../src/store/store.ts';
import { ADMIN, ADMIN_ENV, bootAdminApp } from '../../support/admin-app.ts';
import { linkedTask, RUN_LIST, until } from '../../support/ai-task-runs.ts';
import { signUp } from '../../support/auth-app.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';

const PASSWORD = 'correct horse battery staple';
const CANARY = 'canary-4711';

/** Every row of every table, as text. */
async function dumpOf({ db }: Store, but: readonly string[] = []): Promise<string> {
  let dump = '';
  for (const { name } of await db.introspection.getTables()) {
    if (but.includes(name)) continue;
    const rows = await db
      .selectFrom(name as 'users')
      .selectAll()
      .execute();
    for (const row of rows) {
      dump += `${name} ${JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? String(value) : value))}\n`;
    }
  }
  return dump;
}

const idOf = async (user: GraphQLClient): Promise<string> =>
  ((await (await user.request('/v1/me')).json()) as { id: string }).id;

/** Gives the user a row in every table: credentials, runs, deployments with messages, a service account, a session. */
async function fillStore(
  user: GraphQLClient,
  simulator: Awaited<ReturnType<typeof bootGateway>>['simulator'],
) {
  await user.saveCredential(seededAccount);
  await user.saveQuantCdnCredential(seededQuantCdnToken);
  const { credentials } = (await (await user.request('/v1/credentials')).json()) as {
    credentials: { id: string }[];
  };
  for (const { id } of credentials) {
    await user.request(`/v1/credentials/${id}`, { method: 'PATCH', body: `{"label":"${CANARY} ${id}"}` });
  }
  const taskId = await user.createTask(`${CANARY} prompt`);
  const deploymentId = await user.deploy(taskId, { key: `${CANARY} key` });
  linkedTask(simulator, { taskId, taskListId: CANARY, title: `${CANARY} title` });
  await user.ask(RUN_LIST, { id: CANARY });
  await until(
    async () => (await user.request(`/v1/deployments/${deploymentId}/transcript`)).status,
    (status) => status === 200,
  );
  await user.request(`/v1/deployments/${deploymentId}/conversation`);
  const url = `https://example.invalid/${CANARY}`;
  const { id } = await user.post<{ id: string }>('/v1/webhooks', { url });
  await user.request(`/v1/webhooks/${id}/test`, { method: 'POST' });
}

async function erased(env: Record<string, string>, checkFile: boolean): Promise<void> {
  await using gateway = await bootGateway({ env: { ...ADMIN_ENV, ...env } });
  const { store } = gateway.deps;
  const root = createGraphQLClient(gateway.url);
  Object.assign(root.tokens, await root.post('/v1/auth/login', ADMIN));
  const ada = await gateway.signUp('ada.lovelace@example.com');
  const bob = await gateway.signUpWithCredential('bob@example.com');
  await bob.deploy(await bob.createTask('of bob'));
  const [id, bobId] = [await idOf(ada), await idOf(bob)];
  await root.request(`/v1/users/${id}`, { method: 'PATCH', body: '{"roles":["user","admin"]}' });
  await fillStore(ada, gateway.simulator);
  const { id: serviceId } = await ada.post<{ id: string }>('/v1/service-accounts', {
    ...{ name: `${CANARY} service`, scopes: ['read'] },
  });
  await root.post(`/v1/users/${id}/password-reset`, {});
  await gateway.deps.eventLog.write(id, async (_tx, emit) =>
    emit({ kind: 'WEBHOOK_DISABLED', subjectId: CANARY, body: toJson({ reason: 'GONE' }) }),
  );
  const marks = [id, serviceId, 'ada.lovelace', CANARY];
  const before = await dumpOf(store);
  for (const mark of marks) expect(before).toContain(mark);
  expect(before).toMatch(new RegExp(`^owner_events .*${CANARY}`, 'm'));
  const ofBob = (await dumpOf(store)).split('\n').filter((line) => line.includes(bobId)).length;

  const refused = await ada.request('/v1/me', { method: 'DELETE', body: '{"password":"wrong horse"}' });
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
    400,
    'BAD_USER_INPUT',
  ]);
  const stops = gateway.simulator.calls.count('/deployments/stop');
  const gone = await ada.request('/v1/me', {
    method: 'DELETE',
    body: JSON.stringify({ password: PASSWORD }),
  });
  expect(gone.status).toBe(204);

  const after = await dumpOf(store, ['audit']);
  for (const mark of marks) expect(after.split('\n').filter((line) => line.includes(mark))).toEqual([]);
  const audit = await dumpOf(store);
  expect(audit).toContain(`"actorId":"${id}","actorName":"${ERASED_NAME}"`);
  for (const mark of ['ada.lovelace', CANARY]) expect(audit).not.toContain(mark);
  expect((await ada.request('/v1/me')).status).toBe(401);
  expect(
    (await dumpOf(store)).split('\n').filter((line) => line.includes(bobId)).length,
  ).toBeGreaterThanOrEqual(ofBob);
  // Nothing is stopped upstream, and the poller has nothing left to do for the user.
  expect(gateway.simulator.calls.count('/deployments/stop')).toBe(stops);
  await gateway.deps.poller.tick();
  expect(await dumpOf(store, ['audit'])).not.toContain(id);
  await gateway.signUp('ada.lovelace@example.com');
  if (checkFile) {
    await gateway.signUp('zoe@example.com');
    const path = join(gateway.config.dataDir, 'quantgate.db');
    await gateway.deps.store.db.executeQuery(
      (await import('kysely')).sql`pragma wal_checkpoint(truncate)`.compile(gateway.deps.store.db),
    );
    const bytes = await readFile(path, 'latin1');
    expect(bytes).toContain(bobId);
    expect(bytes).not.toContain(CANARY);
  }
}

test('an erased account leaves no row on SQLite but those of the audit log, which lose its name', () =>
  erased({}, true));

test.skipIf(isPostgresMissing)('the same on PostgreSQL', async () => {
  await using database = await temporaryDatabase();
  await erased({ DATABASE_URL: database.url }, false);
});

test('every table with a column of an owner is erased, goes with another, or is kept for a reason', async () => {
  await using gateway = await bootAdminApp();
  const tables = await gateway.store.db.introspection.getTables();
  const camel = (name: string) => name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
  const owning = tables.filter(({ columns }) =>
    columns.some(({ name }) => /(owner|user|actor|service|credential|session|on_behalf_of)_?id$/i.test(name)),
  );
  expect(owning.length).toBeGreaterThan(20);
  const known = Object.keys(ERASURE);
  expect(owning.map(({ name }) => camel(name)).filter((name) => !known.includes(name))).toEqual([]);
  for (const [name, treatment] of Object.entries(ERASURE)) {
    if (!('owner' in treatment)) continue;
    const table = tables.find((one) => camel(one.name) === name);
    const columns = (table?.columns ?? []).map((column) => camel(column.name));
    expect([name, columns]).toEqual([name, expect.arrayContaining([treatment.owner, treatment.by])]);
  }
});

test('the last administrator cannot be erased, and an administrator erases others', async () => {
  await using gateway = await bootAdminApp();
  const { call, adminToken } = gateway;
  const { id: adminId } = (await gateway.get('/v1/me', adminToken)).json();
  const own = await call('DELETE', '/v1/me', adminToken, { password: ADMIN.password });
  expect([own.statusCode, own.json().code]).toEqual([409, 'CONFLICT']);
  expect((await call('DELETE', `/v1/users/${adminId}`, adminToken)).statusCode).toBe(409);

  const ada = await signUp(gateway);
  const { id } = (await gateway.get('/v1/me', ada.accessToken)).json();
  expect((await call('DELETE', `/v1/users/${id}`, adminToken)).statusCode).toBe(204);
  expect((await gateway.get('/v1/me', ada.accessToken)).statusCode).toBe(401);
  expect((await call('DELETE', `/v1/users/${id}`, adminToken)).statusCode).toBe(404);
  const [entry] = (await call('GET', '/v1/audit?first=1', adminToken)).json().nodes;
  expect(entry).toMatchObject({ act: 'USER_ERASE', actor: { id: adminId }, subjects: { userId: id } });
});
