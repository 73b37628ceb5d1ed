import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { isStoreUnavailable } from '../../../src/store/driver/unavailable.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { insertPerson } from '../../support/stores.ts';

const linesWith = (gateway: Gateway, text: string): string[] =>
  gateway.logLines.filter((line) => line.includes(text));

const ready = async (gateway: Gateway): Promise<number> => (await fetch(`${gateway.url}/readyz`)).status;

/** Writes more than fits into the free pages of the file. */
const writeMuch = (gateway: Gateway, id: string): Promise<void> =>
  gateway.deps.store.transaction(id, (tx) => insertPerson(tx, id, { passwordHash: 'x'.repeat(300_000) }));

const register = (gateway: Gateway, email: string): Promise<Response> =>
  fetch(`${gateway.url}/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'correct horse battery' }),
  });

/** A file that cannot grow fails like a full disk: with SQLITE_FULL. */
test('a full file is one outage: not ready, reads go on, and all is well when there is room', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const { db } = gateway.deps.store;
  expect(await ready(gateway)).toBe(200);

  await sql`pragma max_page_count = 1`.execute(db);
  for (const id of ['one', 'two', 'three']) {
    expect(await writeMuch(gateway, id).catch(isStoreUnavailable)).toBe(true);
    expect(await ready(gateway)).toBe(503);
  }
  expect((await ada.request('/v1/me')).status).toBe(200);
  expect((await ada.request('/healthz')).status).toBe(200);
  expect((await ada.request('/v1/agents')).status).toBe(200);

  await sql`pragma max_page_count = 1000000`.execute(db);
  expect(await ready(gateway)).toBe(200);
  await writeMuch(gateway, 'four');
  expect(linesWith(gateway, 'SQLite file cannot be used')).toHaveLength(1);
  expect(linesWith(gateway, 'SQLite file can be used again')).toHaveLength(1);
  expect(linesWith(gateway, '"level":"error"')).toHaveLength(1);
});

test('a file that became read-only answers writes with 503 and Retry-After', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUp();
  const { db } = gateway.deps.store;
  await sql`pragma query_only = on`.execute(db);

  const refused = await register(gateway, 'bob@example.com');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE' });
  expect(await ready(gateway)).toBe(503);
  expect((await ada.request('/v1/me')).status).toBe(200);

  await sql`pragma query_only = off`.execute(db);
  expect(await ready(gateway)).toBe(200);
  expect((await register(gateway, 'bob@example.com')).status).toBe(201);
});

test('while another program holds the lock of writers, writes are 503 and reads do not wait', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-busy-'));
  await using gateway = await bootGateway({ env: { DATA_DIR: folder }, polls: false });
  const ada = await gateway.signUp();
  const other = new DatabaseSync(join(folder, 'quantgate.db'));
  other.exec('begin immediate');

  const startedAtMs = performance.now();
  const refused = await register(gateway, 'bob@example.com');
  expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE' });
  expect(await ready(gateway)).toBe(503);
  expect((await ada.request('/v1/me')).status).toBe(200);
  expect(performance.now() - startedAtMs).toBeLessThan(3_000);

  other.exec('rollback');
  other.close();
  expect(await ready(gateway)).toBe(200);
  expect((await register(gateway, 'bob@example.com')).status).toBe(201);
  await rm(folder, { recursive: true });
});
