import { describe, expect, test } from 'vitest';
import { findUser, insertUser, replacePasswordHash } from '../../src/store/identity/users.ts';
import type { Db, Store } from '../../src/store/store.ts';
import { isPostgresMissing } from '../support/postgres.ts';
import { insertPerson, onEveryStore, person, postgresBed } from '../support/stores.ts';

/** Reads a number and writes the next one: an update is lost when two read the same. */
async function countUp(tx: Db, userId: string): Promise<void> {
  const from = (await findUser(tx, userId))?.passwordHash ?? '';
  await replacePasswordHash(tx, userId, { from, to: String(Number(from) + 1) });
}

onEveryStore((bed) => {
  test('a transaction commits at its end and returns the result of its work', async () => {
    const { store } = bed;
    const seenInside = await store.transaction('ada', async (tx) => {
      await insertPerson(tx, 'ada');
      return findUser(tx, 'ada');
    });
    expect(seenInside).toMatchObject({ id: 'ada' });
    expect(await findUser(store.db, 'ada')).toEqual(seenInside);
  });

  test('a transaction whose work throws rolls back and does not disturb the next', async () => {
    const { store } = bed;
    const broken = new Error('broken');
    const failing = store.transaction('ada', async (tx) => {
      await insertPerson(tx, 'ada');
      throw broken;
    });
    await expect(failing).rejects.toBe(broken);
    expect(await findUser(store.db, 'ada')).toBeUndefined();
    await store.transaction('ada', (tx) => insertPerson(tx, 'ada'));
    expect(await findUser(store.db, 'ada')).toMatchObject({ id: 'ada' });
  });

  test('a transaction with a refused statement rolls back', async () => {
    const { store } = bed;
    const failing = store.transaction('ada', async (tx) => {
      await insertPerson(tx, 'ada');
      await insertUser(tx, {
        ...person('ada'),
        email: 'other@example.com',
      });
    });
    await expect(failing).rejects.toThrow();
    expect(await findUser(store.db, 'ada')).toBeUndefined();
  });

  test('a hundred transactions of one lock key on all replicas lose no update', async () => {
    const { store, replicas } = bed;
    await insertPerson(store.db, 'ada', { passwordHash: '0' });
    let runs = 0;
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        replicas[index % replicas.length]!.transaction('ada', async (tx) => {
          runs += 1;
          await countUp(tx, 'ada');
        }),
      ),
    );
    expect(await findUser(store.db, 'ada')).toMatchObject({ passwordHash: '100' });
    expect(runs).toBe(100);
  });

  test('the store answers a ping', async () => {
    await expect(bed.store.ping()).resolves.toBeUndefined();
  });
});

describe.skipIf(isPostgresMissing)('PostgreSQL only', () => {
  const bed = postgresBed();

  /** Two transactions, each of which ends only after the other has begun. */
  const meet = async (one: [Store, string], other: [Store, string]): Promise<void> => {
    const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await Promise.all(
      [one, other].map(([store, subject], index) =>
        store.transaction(subject, async () => {
          begun[index]?.resolve();
          await begun[1 - index]?.promise;
        }),
      ),
    );
  };

  test('transactions of different lock keys run side by side, in one process and in two', async () => {
    const [first, second] = bed.replicas;
    await meet([first!, 'ada'], [first!, 'grace']);
    await meet([first!, 'ada'], [second!, 'grace']);
  });

  test('a lock key with a long queue takes one connection and leaves the others free', async () => {
    const { store } = bed;
    const held = Promise.withResolvers<void>();
    const queue = Array.from({ length: 50 }, () => store.transaction('ada', () => held.promise));
    await store.transaction('grace', (tx) => insertPerson(tx, 'grace'));
    expect(await findUser(store.db, 'grace')).toMatchObject({ id: 'grace' });
    held.resolve();
    await Promise.all(queue);
  });
});
