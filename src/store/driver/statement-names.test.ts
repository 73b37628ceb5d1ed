import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from '../store.ts';

let names: string[];
let store: Store;

beforeEach(async () => {
  names = [];
  store = await openStore(':memory:', { onStatement: (name) => names.push(name) });
  names.length = 0;
});

afterEach(() => store.close());

test('a statement is named by its verb and its first table', async () => {
  await store.db.selectFrom('upstreamDrift').selectAll().execute();
  await store.db.selectFrom('watches as w').select('w.kind').where('w.scope', 'in', ['a', 'b']).execute();
  await store.db.deleteFrom('watches').where('scope', '=', 'x').execute();
  await store.db.updateTable('users').set({ email: 'x' }).where('id', '=', 'nobody').execute();
  await store.db
    .insertInto('watchCounts')
    .values({ credentialId: 'c', made: 1 })
    .execute()
    .catch(() => undefined);
  expect(names).toEqual([
    'select upstream_drift',
    'select watches',
    'delete watches',
    'update users',
    'insert watch_counts',
  ]);
});

test('a statement without a table, and one that is written as text, have a name too', async () => {
  await store.db.selectNoFrom(store.time(1).as('now')).execute();
  await store.ping();
  expect(new Set(names)).toEqual(new Set(['select']));
});
