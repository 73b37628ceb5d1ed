import { expect, test } from 'vitest';
import {
  deleteSecret,
  deleteServiceAccount,
  findServiceAccount,
  findServiceOfSecret,
  insertSecret,
  insertServiceAccount,
  listSecretsOf,
  markSecretUsed,
  pageOfServiceAccounts,
  type ServiceAccount,
  type ServiceSecret,
} from '../../src/store/identity/service-accounts.ts';
import { findPrincipal, findUser } from '../../src/store/identity/users.ts';
import { onEveryStore } from '../support/stores.ts';

function account(id: string, createdAtMs: number): ServiceAccount {
  return {
    id,
    name: `name of ${id}`,
    scopes: ['read', 'deploy'],
    createdAtMs,
    createdBy: null,
  };
}

function secret(id: string, serviceId: string, createdAtMs: number): ServiceSecret {
  return {
    id,
    serviceId,
    hash: `hash of ${id}`,
    createdAtMs,
    lastUsedAtMs: null,
    expiresAtMs: null,
  };
}

onEveryStore((bed) => {
  test('service accounts are listed oldest first, and own things as users do', async () => {
    const { store } = bed;
    for (const one of [account('late', 2), account('early', 1)]) {
      await store.transaction(one.id, (tx) => insertServiceAccount(tx, one));
    }
    expect(await pageOfServiceAccounts(store.db, undefined, 9)).toEqual([
      account('early', 1),
      account('late', 2),
    ]);
    expect(await pageOfServiceAccounts(store.db, undefined, 1)).toEqual([account('early', 1)]);
    expect(await pageOfServiceAccounts(store.db, { at: 1, id: 'early' }, 9)).toEqual([account('late', 2)]);
    expect(await findServiceAccount(store.db, 'late')).toEqual(account('late', 2));
    expect(await findServiceAccount(store.db, 'nobody')).toBeUndefined();
    expect(await findPrincipal(store.db, 'late')).toEqual({ id: 'late', name: 'name of late' });
    expect(await findUser(store.db, 'late')).toBeUndefined();
  });

  test('a service account has secrets that record their use and can be removed', async () => {
    const { db } = bed.store;
    await insertServiceAccount(db, account('a', 1));
    await insertServiceAccount(db, account('b', 1));
    const stored = [secret('a1', 'a', 1), secret('a2', 'a', 2), secret('b1', 'b', 3)];
    for (const one of stored) await insertSecret(db, one);
    expect(await listSecretsOf(db, ['a'])).toEqual(stored.slice(0, 2));
    expect(await listSecretsOf(db, ['a', 'b'])).toEqual(stored);

    await markSecretUsed(db, 'a2', 99);
    expect(await listSecretsOf(db, ['a'])).toMatchObject([{ lastUsedAtMs: null }, { lastUsedAtMs: 99 }]);
    expect(await findServiceOfSecret(db, 'a2', 100)).toEqual({
      id: 'a',
      name: 'name of a',
      expiresAtMs: null,
    });

    expect(await deleteSecret(db, 'b', 'a2')).toBe(false);
    expect(await deleteSecret(db, 'a', 'a2')).toBe(true);
    expect(await deleteSecret(db, 'a', 'a2')).toBe(false);
    expect(await findServiceOfSecret(db, 'a2', 100)).toBeUndefined();
  });

  test('a deleted service account is gone with its secrets and its name', async () => {
    const { db } = bed.store;
    await insertServiceAccount(db, account('a', 1));
    await insertSecret(db, secret('a1', 'a', 1));
    await deleteServiceAccount(db, 'a');
    expect(await pageOfServiceAccounts(db, undefined, 9)).toEqual([]);
    expect(await listSecretsOf(db, ['a', 'b'])).toEqual([]);
    expect(await findPrincipal(db, 'a')).toBeUndefined();
  });
});
