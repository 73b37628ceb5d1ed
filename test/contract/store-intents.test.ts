import { expect, test } from 'vitest';
import type { ObservedMessage } from '../../src/domain/observed.ts';
import { toJson } from '../../src/lib/json.ts';
import { markSwept, pruneIntents, unfinishedIntents } from '../../src/store/coordination/intent-sweeps.ts';
import {
  assignOutcome,
  deleteIntent,
  findIntent,
  insertIntent,
  isTurnHeld,
  isTurnUndecided,
  type NewIntent,
  releaseIntents,
  takeOverIntent,
  updateIntent,
} from '../../src/store/coordination/intents.ts';
import { allMessages, readMessages, upsertMessage } from '../../src/store/deployments/messages.ts';
import type { MessageRow } from '../../src/store/schema/index.ts';
import { insertPerson, onEveryStore } from '../support/stores.ts';

/** An intent as it is inserted: nothing is sent for it yet. */
function intent(key: string, more: Partial<NewIntent> = {}): NewIntent {
  return {
    ownerId: 'ada',
    operation: 'createAgent',
    key,
    fingerprint: 'f1',
    createdAt: 1,
    turnKey: 'turn agent a',
    credentialId: 'c1',
    request: '{}',
    isKeyed: 1,
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
        insertIntent(
          replicas[index % replicas.length]!.db,
          intent('k', { fingerprint: `f${index}` }),
          store.time(100),
        ),
      ),
    );
    const [written, ...more] = begun.filter((row) => row !== undefined);
    expect(more).toEqual([]);
    expect(written).toMatchObject({ fence: 0, heldUntil: 100, sentAt: null, outcomeId: null, isRecorded: 0 });
    expect(await findIntent(store.db, intent('k'))).toEqual(written);
  });

  test('a key belongs to its owner and its operation', async () => {
    const { store } = bed;
    const { db } = store;
    await insertPerson(db, 'ada');
    await insertPerson(db, 'grace');
    const [own, graces, another] = await Promise.all(
      [intent('k'), intent('k', { ownerId: 'grace' }), intent('k', { operation: 'createTask' })].map((one) =>
        insertIntent(db, one, store.time(0)),
      ),
    );
    expect(await findIntent(db, intent('other'))).toBeUndefined();

    expect(await updateIntent(db, own!, { result: '{"id":1}' })).toBe(true);
    expect(await findIntent(db, own!)).toEqual({ ...own, result: '{"id":1}' });
    expect(await findIntent(db, graces!)).toEqual(graces);

    await deleteIntent(db, graces!);
    expect(await findIntent(db, graces!)).toBeUndefined();
    expect(await findIntent(db, another!)).toEqual(another);
  });

  test('an orphaned intent is taken over once, and its former holder cannot change it', async () => {
    const { store, replicas } = bed;
    await insertPerson(store.db, 'ada');
    const left = (await insertIntent(store.db, intent('k'), store.time(100)))!;
    expect(
      await takeOverIntent(store.db, left, { now: store.time(99), heldUntil: store.time(200) }),
    ).toBeUndefined();

    const tries = Array.from({ length: 10 }, (_, index) =>
      takeOverIntent(replicas[index % replicas.length]!.db, left, {
        now: store.time(100),
        heldUntil: store.time(200),
      }),
    );
    const taken = (await Promise.all(tries)).filter((row) => row !== undefined);
    expect(taken).toEqual([{ ...left, heldUntil: 200, fence: 1 }]);

    expect(await updateIntent(store.db, left, { result: '"late"' })).toBe(false);
    await deleteIntent(store.db, left);
    expect(await findIntent(store.db, left)).toEqual(taken[0]);
    const done = { createdAt: 9, result: '"mine"', isRecorded: 1 } as const;
    expect(await updateIntent(store.db, taken[0]!, done)).toBe(true);
    expect(
      await takeOverIntent(store.db, taken[0]!, { now: store.time(300), heldUntil: store.time(400) }),
    ).toBeUndefined();
  });

  test('who took an intent over in the time that a restore has taken back cannot change it afterwards', async () => {
    const { store } = bed;
    await insertPerson(store.db, 'ada');
    const left = (await insertIntent(store.db, intent('k'), store.time(100)))!;
    const times = { now: store.time(100), heldUntil: store.time(200) };
    const lost = await takeOverIntent(store.db, left, { ...times, minFence: 1_000_000_000_000 });
    const copy = { fence: left.fence, heldUntil: left.heldUntil };
    await store.db.updateTable('intents').set(copy).where('key', '=', left.key).execute();
    const next = await takeOverIntent(store.db, left, { ...times, minFence: 1_000_000_020_000 });
    expect(await updateIntent(store.db, lost!, { result: '"late"' })).toBe(false);
    expect(await updateIntent(store.db, next!, { result: '"mine"' })).toBe(true);
  });

  test("the only process on a store takes over its predecessor's intents at once", async () => {
    const { store } = bed;
    await insertPerson(store.db, 'ada');
    const open = (await insertIntent(store.db, intent('open'), store.time(100)))!;
    await releaseIntents(store.db);
    expect(
      await takeOverIntent(store.db, open, { now: store.time(1), heldUntil: store.time(200) }),
    ).toBeDefined();
  });

  test('a turn is held by one intent, whoever owns it', async () => {
    const { store } = bed;
    await insertPerson(store.db, 'ada');
    await insertPerson(store.db, 'grace');
    await insertIntent(store.db, intent('k'), store.time(100));
    const other = intent('k', { ownerId: 'grace' });

    const isHeld = (key: NewIntent, at: number, turnKey = 'turn agent a') =>
      isTurnHeld(store.db, turnKey, key, store.time(at));
    expect([await isHeld(other, 99), await isHeld(other, 100)]).toEqual([true, false]);
    expect(await isHeld(intent('k'), 99)).toBe(false);
    expect(await isHeld(other, 99, 'turn agent b')).toBe(false);
  });

  test('a turn is undecided while another intent is held, or was sent lately without an outcome', async () => {
    const { store } = bed;
    await insertPerson(store.db, 'ada');
    await insertPerson(store.db, 'grace');
    const sent = (await insertIntent(store.db, intent('k'), store.time(100)))!;
    const other = intent('k', { ownerId: 'grace' });
    const isUndecided = (at: number, key: NewIntent = other, turnKey = 'turn agent a') =>
      isTurnUndecided(store.db, turnKey, key, { now: store.time(at), since: store.time(at, -1_000) });

    expect([await isUndecided(99), await isUndecided(100)]).toEqual([true, false]);
    await updateIntent(store.db, sent, { sentAt: store.time(50), heldUntil: 0 });
    expect([await isUndecided(1_049), await isUndecided(1_050)]).toEqual([true, false]);
    expect(await isUndecided(100, intent('k'))).toBe(false);
    expect(await isUndecided(100, other, 'turn agent b')).toBe(false);
    await updateIntent(store.db, sent, { result: '{}' });
    expect(await isUndecided(100)).toBe(false);
  });

  test('an outcome is assigned once, and keeps a result that is there', async () => {
    const { store } = bed;
    await insertPerson(store.db, 'ada');
    const lost = (await insertIntent(store.db, intent('lost'), store.time(0)))!;
    const unnamed = (await insertIntent(store.db, intent('unnamed'), store.time(0)))!;
    await updateIntent(store.db, unnamed, { result: '"answer"' });

    await assignOutcome(store.db, lost, { id: 'a1', result: '"a1"' });
    await assignOutcome(store.db, lost, { id: 'a2', result: '"a2"' });
    await assignOutcome(store.db, { ...unnamed, result: '"answer"' }, { id: 'a3', result: '"a3"' });

    expect(await findIntent(store.db, lost)).toMatchObject({ outcomeId: 'a1', result: '"a1"' });
    expect(await findIntent(store.db, unnamed)).toMatchObject({ outcomeId: 'a3', result: '"answer"' });
  });

  test('unfinished are those that were sent, are not held and not recorded; the least lately swept first', async () => {
    const { store } = bed;
    const { db } = store;
    await insertPerson(db, 'ada');
    for (const key of ['unsent', 'held', 'recorded', 'first', 'second']) {
      const row = (await insertIntent(db, intent(key), store.time(key === 'held' ? 100 : 0)))!;
      const sentAt = key === 'unsent' ? null : store.time(key === 'second' ? 2 : 1);
      await updateIntent(db, row, { sentAt, ...(key === 'recorded' && { isRecorded: 1 }) });
    }
    const keys = async (limit: number) =>
      (await unfinishedIntents(db, store.time(50), limit)).map(({ key }) => key);

    expect([await keys(9), await keys(1)]).toEqual([['first', 'second'], ['first']]);
    await markSwept(db, intent('first'), store.time(50));
    expect(await keys(9)).toEqual(['second', 'first']);
  });

  test('old intents are pruned in small steps, but none that something waits for', async () => {
    const { store } = bed;
    const { db } = store;
    await insertPerson(db, 'ada');
    for (const at of [1, 2, 3, 9]) {
      const row = (await insertIntent(db, intent(`k${at}`, { createdAt: at }), store.time(0)))!;
      await updateIntent(db, row, { isRecorded: 1 });
    }
    const open = (await insertIntent(db, intent('open', { createdAt: 3 }), store.time(0)))!;
    await updateIntent(db, open, { sentAt: store.time(3) });
    const step = () => store.transaction('housekeeping', (tx) => pruneIntents(tx, 9, 2, 7));
    expect([await step(), await step(), await step()]).toEqual([2, 1, 0]);
    expect(await findIntent(db, intent('k9'))).toBeDefined();

    expect(await pruneIntents(db, 9, 2, 7)).toBe(0);
    expect(await pruneIntents(db, 9, 2, 4)).toBe(1);
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
