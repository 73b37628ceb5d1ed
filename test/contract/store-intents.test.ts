import { expect, test } from 'vitest';
import type { ObservedMessage } from '../../src/domain/observed.ts';
import { toJson } from '../../src/lib/json.ts';
import {
  deleteIntent,
  findIntent,
  insertIntent,
  pruneIntents,
  releaseIntents,
  takeOverIntent,
  updateIntent,
} from '../../src/store/coordination/intents.ts';
import { allMessages, readMessages, upsertMessage } from '../../src/store/deployments/messages.ts';
import type { IntentRow, MessageRow } from '../../src/store/schema/index.ts';
import { insertPerson, onEveryStore } from '../support/stores.ts';

function intent(key: string, more: Partial<IntentRow> = {}): IntentRow {
  return {
    ownerId: 'ada',
    operation: 'createAgent',
    key,
    fingerprint: 'f1',
    createdAt: 1,
    result: null,
    heldUntil: 0,
    fence: 0,
    ...more,
  };
}

function message(position: number, revision: number, id = ''): MessageRow {
  return {
    ownerId: 'ada',
    deploymentId: 'A-1',
    position,
    revision,
    body: toJson<ObservedMessage & { id: string }>({ index: position, id }),
  };
}

onEveryStore((bed) => {
  test('of twenty simultaneous requests with one key exactly one begins', async () => {
    const { store, replicas } = bed;
    await insertPerson(store.db, 'ada');
    const begun = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        insertIntent(replicas[index % replicas.length]!.db, intent('k', { fingerprint: `f${index}` })),
      ),
    );
    expect(begun.filter(Boolean)).toHaveLength(1);
    expect(await findIntent(store.db, intent('k'))).toEqual(
      intent('k', { fingerprint: `f${begun.indexOf(true)}` }),
    );
  });

  test('a key belongs to its owner and its operation', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await insertPerson(db, 'grace');
    const others = [intent('k'), intent('k', { ownerId: 'grace' }), intent('k', { operation: 'createTask' })];
    for (const one of others) expect(await insertIntent(db, one)).toBe(true);
    expect(await findIntent(db, intent('other'))).toBeUndefined();

    expect(await updateIntent(db, intent('k'), { result: '{"id":1}' })).toBe(true);
    expect(await findIntent(db, others[0]!)).toEqual(intent('k', { result: '{"id":1}' }));
    expect(await findIntent(db, others[1]!)).toEqual(others[1]);

    await deleteIntent(db, others[1]!);
    expect(await findIntent(db, others[1]!)).toBeUndefined();
    expect(await findIntent(db, others[2]!)).toEqual(others[2]);
  });

  test('an orphaned intent is taken over once, and its former holder cannot change it', async () => {
    const { store, replicas } = bed;
    await insertPerson(store.db, 'ada');
    const left = intent('k', { heldUntil: 100 });
    await insertIntent(store.db, left);
    expect(await takeOverIntent(store.db, left, 99, 200)).toBeUndefined();

    const tries = Array.from({ length: 10 }, (_, index) =>
      takeOverIntent(replicas[index % replicas.length]!.db, left, 100, 200),
    );
    const taken = (await Promise.all(tries)).filter((row) => row !== undefined);
    expect(taken).toEqual([intent('k', { heldUntil: 200, fence: 1 })]);

    expect(await updateIntent(store.db, left, { result: '"late"' })).toBe(false);
    await deleteIntent(store.db, left);
    expect(await findIntent(store.db, left)).toEqual(taken[0]);
    expect(await updateIntent(store.db, taken[0]!, { createdAt: 9, result: '"mine"' })).toBe(true);
    expect(await takeOverIntent(store.db, taken[0]!, 300, 400)).toBeUndefined();
  });

  test("the only process on a store takes over its predecessor's intents at once", async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await insertIntent(db, intent('open', { heldUntil: 100 }));
    await insertIntent(db, intent('done', { heldUntil: 100, result: '1' }));
    await releaseIntents(db);
    expect(await takeOverIntent(db, intent('open'), 1, 200)).toBeDefined();
    expect(await findIntent(db, intent('done'))).toEqual(intent('done', { heldUntil: 100, result: '1' }));
  });

  test('old intents are pruned in small steps', async () => {
    const { store } = bed;
    await insertPerson(store.db, 'ada');
    for (const at of [1, 2, 3, 9]) await insertIntent(store.db, intent(`k${at}`, { createdAt: at }));
    const step = () => store.transaction('housekeeping', (tx) => pruneIntents(tx, 9, 2));
    expect([await step(), await step(), await step()]).toEqual([2, 1, 0]);
    expect(await findIntent(store.db, intent('k9'))).toBeDefined();
  });

  test('a message has one position and one newest version; changes are read in order', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await upsertMessage(db, message(0, 1, 'hello'));
    await upsertMessage(db, message(1, 2, 'typing'));
    await upsertMessage(db, message(0, 3, 'hello, corrected'));
    await upsertMessage(db, { ...message(0, 1), deploymentId: 'A-2' });
    const first = message(0, 3, 'hello, corrected');
    const second = message(1, 2, 'typing');
    expect(await allMessages(db, 'ada', 'A-1')).toEqual([first, second]);
    expect(await readMessages(db, 'ada', 'A-1', 0, 9)).toEqual([second, first]);
    expect(await readMessages(db, 'ada', 'A-1', 0, 1)).toEqual([second]);
    expect(await readMessages(db, 'ada', 'A-1', 2, 9)).toEqual([first]);
    expect(await readMessages(db, 'grace', 'A-1', 0, 9)).toEqual([]);
  });
});
