import { expect, test } from 'vitest';
import {
  deleteCredential,
  findCredential,
  findDefaultCredential,
  insertCredential,
  listCredentials,
  setDefaultCredential,
  updateCredential,
} from './credentials.ts';
import type { CredentialRow } from './schema.ts';
import { openStore } from './store.ts';
import { insertUser } from './users.ts';

const credential = (
  ownerId: string,
  id: string,
  createdAt: number,
  more: Partial<CredentialRow> = {},
): CredentialRow => ({
  id,
  ownerId,
  provider: 'QUANTCONNECT',
  label: null,
  account: '1',
  organizationId: null,
  tokenHint: 'ab12',
  sealed: '{}',
  kid: 'k1',
  status: 'UNVERIFIED',
  isDefault: 0,
  createdAt,
  firstUsedAt: null,
  ...more,
});

const openFilled = async () => {
  const store = await openStore(':memory:');
  for (const id of ['ada', 'bob']) {
    await insertUser(store.db, { id, email: id, passwordHash: '', roles: ['user'], createdAtMs: 0 });
  }
  const rows = [
    credential('ada', 'late', 2),
    credential('ada', 'early', 1),
    credential('ada', 'cdn', 0, { provider: 'QUANTCDN' }),
    credential('bob', 'his', 0),
  ];
  for (const row of rows) await insertCredential(store.db, row);
  return { db: store.db, [Symbol.asyncDispose]: store.close };
};

test('the first stored credential of a provider serves until another is made default', async () => {
  await using store = await openFilled();
  const served = async () => (await findDefaultCredential(store.db, 'ada', 'QUANTCONNECT'))?.id;
  expect(await served()).toBe('early');
  await setDefaultCredential(store.db, credential('ada', 'late', 2));
  expect(await served()).toBe('late');
  await setDefaultCredential(store.db, credential('ada', 'early', 1));
  const flags = (await listCredentials(store.db, 'ada')).map((row) => [row.id, row.isDefault]);
  expect(flags).toEqual([
    ['cdn', 0],
    ['early', 1],
    ['late', 0],
  ]);
  await deleteCredential(store.db, 'ada', 'early');
  expect(await served()).toBe('late');
});

test("another owner's credential does not exist", async () => {
  await using store = await openFilled();
  expect(await findCredential(store.db, 'ada', 'his')).toBeUndefined();
  expect(await updateCredential(store.db, 'ada', 'his', { label: 'mine' })).toBeUndefined();
  expect(await deleteCredential(store.db, 'ada', 'his')).toBe(false);
  expect(await findCredential(store.db, 'bob', 'his')).toMatchObject({ label: null });
  expect(await updateCredential(store.db, 'bob', 'his', { label: 'his own' })).toMatchObject({
    label: 'his own',
  });
});
