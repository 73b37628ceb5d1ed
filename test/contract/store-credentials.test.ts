import { expect, test } from 'vitest';
import {
  deleteCredential,
  findCredential,
  findDefaultCredential,
  insertCredential,
  kidsInUse,
  listCredentials,
  listWrappedByOthers,
  markFirstUse,
  replaceSealed,
  setDefaultCredential,
  updateCredential,
} from '../../src/store/identity/credentials.ts';
import { deleteKeyCheck, insertKeyCheck, listKeyChecks } from '../../src/store/identity/key-checks.ts';
import type { Db } from '../../src/store/store.ts';
import { credential, insertPerson, onEveryStore } from '../support/stores.ts';

/** Ada has three credentials, grace has one. */
async function fill(db: Db): Promise<void> {
  await insertPerson(db, 'ada');
  await insertPerson(db, 'grace');
  const rows = [
    credential('ada', 'late', { createdAt: 2 }),
    credential('ada', 'early', { createdAt: 1 }),
    credential('ada', 'cdn', { provider: 'QUANTCDN' }),
    credential('grace', 'hers'),
  ];
  for (const row of rows) await insertCredential(db, row);
}

onEveryStore((bed) => {
  test('a credential is found and listed as it was stored', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    const full = credential('ada', 'full', {
      label: 'Ünïcode 💡',
      organizationId: 'o'.repeat(32),
      status: 'VERIFIED',
      isDefault: 1,
      createdAt: 1_700_000_000_000,
      firstUsedAt: 1_700_000_000_001,
    });
    await insertCredential(db, full);
    expect(await findCredential(db, 'ada', 'full')).toEqual(full);
    expect(await listCredentials(db, 'ada')).toEqual([full]);
  });

  test('the first credential of a provider is the default until another is chosen', async () => {
    const { db } = bed.store;
    await fill(db);
    const served = async () => (await findDefaultCredential(db, 'ada', 'QUANTCONNECT'))?.id;
    expect(await served()).toBe('early');
    await setDefaultCredential(db, credential('ada', 'late'));
    expect(await served()).toBe('late');
    await setDefaultCredential(db, credential('ada', 'early'));
    const flags = (await listCredentials(db, 'ada')).map((row) => [row.id, row.isDefault]);
    expect(flags).toEqual([
      ['cdn', 0],
      ['early', 1],
      ['late', 0],
    ]);
    expect(await deleteCredential(db, 'ada', 'early')).toBe(true);
    expect(await served()).toBe('late');
    expect(await findDefaultCredential(db, 'grace', 'QUANTCDN')).toBeUndefined();
  });

  test("another owner's credential does not exist", async () => {
    const { db } = bed.store;
    await fill(db);
    expect(await findCredential(db, 'ada', 'hers')).toBeUndefined();
    expect(await updateCredential(db, 'ada', 'hers', { label: 'mine' })).toBeUndefined();
    expect(await deleteCredential(db, 'ada', 'hers')).toBe(false);
    expect(await findCredential(db, 'grace', 'hers')).toMatchObject({ label: null });
    expect(await updateCredential(db, 'grace', 'hers', { label: 'her own' })).toMatchObject({
      label: 'her own',
    });
  });

  test('of many simultaneous first uses exactly one is the first', async () => {
    const { store, replicas } = bed;
    await fill(store.db);
    const uses = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        markFirstUse(replicas[index % replicas.length]!.db, 'early', 100 + index),
      ),
    );
    expect(uses.filter(Boolean)).toHaveLength(1);
    const { firstUsedAt } = (await findCredential(store.db, 'ada', 'early'))!;
    expect(firstUsedAt).toBe(100 + uses.indexOf(true));
  });

  test('secrets under other keys are paged in the same order on every database', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    // English sorts a before B, and takes no notice of a hyphen.
    for (const id of ['a', 'B', 'b-2', 'b1', 'current']) {
      await insertCredential(db, credential('ada', id, { kid: id === 'current' ? 'k2' : 'k1' }));
    }
    expect(await kidsInUse(db)).toEqual(['k1', 'k2']);
    const page = async (afterId: string) =>
      (await listWrappedByOthers(db, 'k2', afterId, 2)).map(({ id }) => id);
    expect(await page('')).toEqual(['B', 'a']);
    expect(await page('a')).toEqual(['b-2', 'b1']);
    expect(await page('b1')).toEqual([]);
  });

  test('a rewrapped secret replaces only the secret it was made from', async () => {
    const { db } = bed.store;
    await fill(db);
    const before = (await findCredential(db, 'ada', 'early'))!;
    await updateCredential(db, 'ada', 'early', { sealed: '{"new":1}' });
    expect(await replaceSealed(db, before, { sealed: '{"rewrapped":1}', kid: 'k2' })).toBe(false);
    const now = (await findCredential(db, 'ada', 'early'))!;
    expect(await replaceSealed(db, now, { sealed: '{"rewrapped":2}', kid: 'k2' })).toBe(true);
    expect(await findCredential(db, 'ada', 'early')).toMatchObject({ sealed: '{"rewrapped":2}', kid: 'k2' });
  });

  test('a key keeps the first canary stored until it is retired', async () => {
    const { db } = bed.store;
    await insertKeyCheck(db, { kid: 'k2', sealed: 'first' });
    await insertKeyCheck(db, { kid: 'k1', sealed: 'other' });
    await insertKeyCheck(db, { kid: 'k2', sealed: 'second' });
    expect(await listKeyChecks(db)).toEqual([
      { kid: 'k1', sealed: 'other' },
      { kid: 'k2', sealed: 'first' },
    ]);
    await deleteKeyCheck(db, 'k1');
    expect(await listKeyChecks(db)).toEqual([{ kid: 'k2', sealed: 'first' }]);
  });
});
