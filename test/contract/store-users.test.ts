import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { insertAuditRow, pruneAudit, readAuditRows } from '../../src/store/identity/audit.ts';
import {
  findPrincipal,
  findUser,
  findUserByEmail,
  insertUser,
  replacePasswordHash,
} from '../../src/store/identity/users.ts';
import type { AuditRow } from '../../src/store/schema/index.ts';
import { insertPerson, onEveryStore, person } from '../support/stores.ts';

function act(id: string, at: number, more: Partial<AuditRow> = {}): AuditRow {
  return {
    id,
    at,
    act: 'LOGIN',
    actorId: null,
    actorName: null,
    onBehalfOfId: null,
    onBehalfOfName: null,
    outcome: 'OK',
    subjects: toJson({}),
    address: null,
    ...more,
  };
}

onEveryStore((bed) => {
  test('a user is found by id and by e-mail, as stored', async () => {
    const { db } = bed.store;
    const ada = { ...person('ada'), roles: ['user', 'admin'] as const, createdAtMs: 1_700_000_000_123 };
    expect(await insertUser(db, { ...ada, roles: [...ada.roles] })).toBe(true);
    expect(await findUser(db, 'ada')).toEqual(ada);
    expect(await findUserByEmail(db, 'ada@example.com')).toEqual(ada);
    expect(await findPrincipal(db, 'ada')).toEqual({ id: 'ada', name: 'ada@example.com' });
    expect(await findUser(db, 'nobody')).toBeUndefined();
    expect(await findUserByEmail(db, 'nobody@example.com')).toBeUndefined();
    expect(await findPrincipal(db, 'nobody')).toBeUndefined();
  });

  test('of twenty simultaneous registrations of one e-mail exactly one succeeds', async () => {
    const added = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        insertUser(bed.replicas[index % bed.replicas.length]!.db, {
          ...person(`id-${index}`),
          email: 'ada@example.com',
        }),
      ),
    );
    expect(added.filter(Boolean)).toHaveLength(1);
    const owner = await findUserByEmail(bed.store.db, 'ada@example.com');
    expect(owner?.id).toBe(`id-${added.indexOf(true)}`);
  });

  test('a password hash replaces only the hash it was made from', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada', { passwordHash: 'old' });
    expect(await replacePasswordHash(db, 'ada', { from: 'guessed', to: 'stolen' })).toBe(false);
    expect(await replacePasswordHash(db, 'ada', { from: 'old', to: 'new' })).toBe(true);
    expect(await findUser(db, 'ada')).toMatchObject({ passwordHash: 'new' });
  });

  test('text is stored unchanged, and text no database can hold is not found', async () => {
    const { db } = bed.store;
    const email = 'Zoë "O\'Hara" \\ 💡 %_ ‮@example.com';
    await insertPerson(db, 'zoe', { email });
    expect(await findUserByEmail(db, email)).toMatchObject({ id: 'zoe', email });
    expect(await findUserByEmail(db, 'zoe\0@example.com')).toBeUndefined();
    await expect(insertPerson(db, 'nul', { email: 'a\0b' })).resolves.toBeUndefined();
    expect(await findUser(db, 'nul')).toMatchObject({ email: 'a\ufffdb' });
    expect(await findUserByEmail(db, 'a\0b')).toMatchObject({ id: 'nul' });
  });

  test('the audit log is read newest first, page by page', async () => {
    const { db } = bed.store;
    const detailed = act('3', 30, {
      actorId: 's',
      actorName: 'service',
      onBehalfOfId: 'ada',
      onBehalfOfName: 'ada@example.com',
      subjects: toJson({ id: '1' }),
      address: '192.0.2.1',
    });
    for (const row of [act('1', 10), detailed, act('2', 20)]) await insertAuditRow(db, row);
    expect(await readAuditRows(db, {}, 2)).toEqual([detailed, act('2', 20)]);
    expect(await readAuditRows(db, { before: '2' }, 2)).toEqual([act('1', 10)]);
  });

  test('old audit rows are pruned in small steps, the oldest first', async () => {
    const { db } = bed.store;
    for (const at of [40, 10, 30, 20, 50]) await insertAuditRow(db, act(String(at), at));
    const step = () => bed.store.transaction('housekeeping', (tx) => pruneAudit(tx, 45, 3));
    expect(await step()).toBe(3);
    expect((await readAuditRows(db, {}, 9)).map(({ at }) => at)).toEqual([50, 40]);
    expect(await step()).toBe(1);
    expect(await step()).toBe(0);
  });
});
