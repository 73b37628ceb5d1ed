import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { insertDeployment } from '../../src/store/deployments/deployments.ts';
import { insertAuditRow, readAuditRows } from '../../src/store/identity/audit.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import {
  beginErasing,
  ERASED_NAME,
  eraseRows,
  listErasing,
  listServicesBy,
  replaceLateNames,
} from '../../src/store/identity/erasure.ts';
import { insertSecret, insertServiceAccount } from '../../src/store/identity/service-accounts.ts';
import {
  deletePasswordReset,
  findPasswordReset,
  listAdministrators,
  pageOfUsers,
  prunePasswordResets,
  putPasswordReset,
  secretIdsOfServicesBy,
  setPasswordHash,
  takePasswordReset,
  updateRights,
} from '../../src/store/identity/user-administration.ts';
import {
  findOutsideUser,
  findUser,
  findUserByEmail,
  isPrincipalDisabled,
} from '../../src/store/identity/users.ts';
import type { Db } from '../../src/store/store.ts';
import { credential, deployment, insertPerson, onEveryStore } from '../support/stores.ts';

const OUTSIDE = { issuer: 'https://idp.example.com', subject: 'Eve' };

/** A service account, with one secret. */
async function insertService(db: Db, id: string, createdBy: string): Promise<void> {
  await insertServiceAccount(db, { id, name: id, scopes: ['read'], createdAtMs: 1, createdBy });
  const times = { createdAtMs: 1, lastUsedAtMs: null, expiresAtMs: null };
  await insertSecret(db, { id: `secret of ${id}`, serviceId: id, hash: `hash of ${id}`, ...times });
}

/** An entry of the audit log by one account, for another one. */
function act(id: string, actor: string, onBehalfOf: string, at = 10) {
  return {
    ...{ id, at, act: 'LOGIN', outcome: 'OK', subjects: toJson({}), address: null },
    ...{ actorId: actor, actorName: `${actor}@example.com` },
    ...{ onBehalfOfId: onBehalfOf, onBehalfOfName: `${onBehalfOf}@example.com` },
  };
}

onEveryStore((bed) => {
  test('users are listed oldest first in pages, those of one moment by id, or found by e-mail; services are not', async () => {
    const { db } = bed.store;
    for (const [id, createdAtMs] of Object.entries({ c: 1, a: 2, b: 2 }))
      await insertPerson(db, id, { createdAtMs });
    await insertPerson(db, 'eve', { createdAtMs: 3, email: null, passwordHash: null, outside: OUTSIDE });
    await insertService(db, 'robot', 'c');
    const page = async (more: object) => (await pageOfUsers(db, { limit: 9, ...more })).map(({ id }) => id);
    expect(await page({})).toEqual(['c', 'a', 'b', 'eve']);
    expect(await page({ limit: 2 })).toEqual(['c', 'a']);
    expect(await page({ after: { at: 2, id: 'a' } })).toEqual(['b', 'eve']);
    expect(await page({ email: 'b@example.com' })).toEqual(['b']);
    expect(await page({ email: '%@example.com' })).toEqual([]);
    expect(await findOutsideUser(db, OUTSIDE)).toMatchObject({ id: 'eve' });
    expect(await findOutsideUser(db, { ...OUTSIDE, subject: 'eve' })).toBeUndefined();
  });

  test('each change of the rights has a higher revision, and counts for who is an administrator', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada', { roles: ['user', 'admin'] });
    await insertPerson(db, 'bob');
    expect(await listAdministrators(db)).toEqual(['ada']);
    const change = (id: string, roles: ('user' | 'admin')[], isDisabled = false) =>
      updateRights(db, id, { roles, isDisabled });
    expect(await change('bob', ['user', 'admin'])).toMatchObject({ id: 'bob', rightsRevision: 1 });
    expect((await listAdministrators(db)).toSorted()).toEqual(['ada', 'bob']);
    expect(await change('ada', ['user', 'admin'], true)).toMatchObject({
      isDisabled: true,
      rightsRevision: 1,
    });
    expect(await listAdministrators(db)).toEqual(['bob']);
    expect([await isPrincipalDisabled(db, 'ada'), await isPrincipalDisabled(db, 'bob')]).toEqual([
      true,
      false,
    ]);
    expect(await change('ada', ['user'])).toMatchObject({
      roles: ['user'],
      isDisabled: false,
      rightsRevision: 2,
    });
    expect(await change('nobody', ['user'])).toBeUndefined();
  });

  test('a reset token serves its user until it expires; the newest replaces the one before', async () => {
    const { db } = bed.store;
    for (const id of ['ada', 'bob']) await insertPerson(db, id, { passwordHash: null });
    await putPasswordReset(db, { userId: 'ada', hash: 'old', expiresAt: 100 });
    await putPasswordReset(db, { userId: 'ada', hash: 'new', expiresAt: 200 });
    await putPasswordReset(db, { userId: 'bob', hash: 'his', expiresAt: 300 });
    const find = (hash: string, nowMs: number) => findPasswordReset(db, hash, nowMs);
    expect([await find('old', 50), await find('new', 199), await find('new', 200)]).toEqual([
      undefined,
      'ada',
      undefined,
    ]);
    expect(await prunePasswordResets(db, 250, 9)).toBe(1);
    expect([await find('new', 50), await find('his', 50)]).toEqual([undefined, 'bob']);
    await deletePasswordReset(db, 'bob');
    expect(await find('his', 50)).toBeUndefined();
    await setPasswordHash(db, 'ada', 'first');
    expect(await findUser(db, 'ada')).toMatchObject({ passwordHash: 'first' });
  });

  test('of twenty that use one reset token at once exactly one gets it', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await putPasswordReset(db, { userId: 'ada', hash: 'once', expiresAt: 100 });
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        bed.replicas[index % bed.replicas.length]!.transaction(`taker ${index}`, (tx) =>
          takePasswordReset(tx, 'once'),
        ),
      ),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('an account that is being erased is nobody, and its e-mail is free, before its rows are gone', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada', { roles: ['user', 'admin'] });
    await insertPerson(db, 'eve', { email: null, passwordHash: null, outside: OUTSIDE });
    for (const id of ['ada', 'eve']) await beginErasing(db, id, 5);
    expect((await listErasing(db)).toSorted()).toEqual(['ada', 'eve']);
    expect([await findUser(db, 'ada'), await findUserByEmail(db, 'ada@example.com')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await findOutsideUser(db, OUTSIDE)).toBeUndefined();
    expect(await isPrincipalDisabled(db, 'ada')).toBe(true);
    expect([await listAdministrators(db), await pageOfUsers(db, { limit: 9 })]).toEqual([[], []]);
    await insertPerson(db, 'other', { email: 'ada@example.com' });
    await eraseRows(bed.store, 'ada');
    expect(await listErasing(db)).toEqual(['eve']);
    expect(await findUserByEmail(db, 'ada@example.com')).toMatchObject({ id: 'other' });
  });

  test('erasing takes the rows of the account, over several batches, and no other; audit rows lose its name', async () => {
    const { db } = bed.store;
    for (const id of ['ada', 'bob']) {
      await insertPerson(db, id);
      await insertCredential(db, credential(id, `credential of ${id}`));
      await insertService(db, `service of ${id}`, id);
    }
    await bed.store.transaction('ada', async (tx) => {
      for (let number = 0; number < 501; number += 1)
        await insertDeployment(tx, deployment('ada', `A-${number}`));
    });
    await insertDeployment(db, deployment('bob', 'A-1'));
    for (const row of [act('1', 'ada', 'bob'), act('2', 'bob', 'ada')]) await insertAuditRow(db, row);
    expect(await listServicesBy(db, 'ada')).toEqual(['service of ada']);
    expect(await secretIdsOfServicesBy(db, 'ada')).toEqual(['secret of service of ada']);

    for (const id of ['service of ada', 'ada']) {
      await beginErasing(db, id, 5);
      // Repeated, as after a crash.
      for (let time = 0; time < 2; time += 1) await eraseRows(bed.store, id);
    }
    const ownersOf = async (table: 'deployments' | 'credentials') =>
      (await db.selectFrom(table).select('ownerId').execute()).map(({ ownerId }) => ownerId);
    expect([await ownersOf('deployments'), await ownersOf('credentials')]).toEqual([['bob'], ['bob']]);
    const users = await db.selectFrom('users').select('id').orderBy('id').execute();
    expect(users.map(({ id }) => id)).toEqual(['bob', 'service of bob']);
    expect(await readAuditRows(db, {}, 9)).toEqual([
      { ...act('2', 'bob', 'ada'), onBehalfOfName: ERASED_NAME },
      { ...act('1', 'ada', 'bob'), actorName: ERASED_NAME },
    ]);
  });

  test('an audit row that is written after its account is gone loses the name, a row of another one keeps it', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'bob');
    for (const row of [act('2', 'gone', 'bob', 20), act('1', 'gone', 'bob', 10)])
      await insertAuditRow(db, row);
    await replaceLateNames(db, 15);
    const rows = await readAuditRows(db, {}, 9);
    expect(rows.map(({ actorName, onBehalfOfName }) => [actorName, onBehalfOfName])).toEqual([
      [ERASED_NAME, 'bob@example.com'],
      ['gone@example.com', 'bob@example.com'],
    ]);
  });
});
