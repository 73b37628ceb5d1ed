import { expect, test } from 'vitest';
import { saveThread } from '../../src/events/writers/threads.ts';
import { toJson } from '../../src/lib/json.ts';
import { insertDeployment } from '../../src/store/deployments/deployments.ts';
import {
  allThreadMessages,
  deleteThreads,
  extendThread,
  findThread,
  readThreadMessages,
  type ThreadKey,
  upsertThreadMessage,
  wantedThreads,
} from '../../src/store/deployments/threads.ts';
import type { Db } from '../../src/store/store.ts';
import { deployment, insertPerson, onEveryStore } from '../support/stores.ts';

const KEY: ThreadKey = { ownerId: 'ada', deploymentId: 'A-1', callableId: 'C-1' };
const OTHERS: ThreadKey[] = [
  { ...KEY, callableId: 'C-2' },
  { ...KEY, deploymentId: 'A-2' },
  { ...KEY, ownerId: 'grace' },
];

onEveryStore((bed) => {
  const want = (key: ThreadKey, untilMs: number) => extendThread(bed.store.db, key, bed.store.time(untilMs));
  const wanted = (afterMs: number) =>
    wantedThreads(bed.store.db, 'ada', 'A-1', bed.store.time(afterMs)).then((ids) => ids.toSorted());

  /** Two owners with the deployments of the threads, and with a message in each thread. */
  async function fill(db: Db): Promise<void> {
    await insertPerson(db, 'ada');
    await insertPerson(db, 'grace');
    for (const [ownerId, id] of [
      ['ada', 'A-1'],
      ['ada', 'A-2'],
      ['grace', 'A-1'],
    ] as const)
      await insertDeployment(db, deployment(ownerId, id));
    for (const key of [KEY, ...OTHERS]) {
      await want(key, 10);
      await upsertThreadMessage(db, { ...key, position: 0, revision: 1, body: textOf('hello') });
    }
  }

  async function left(db: Db): Promise<string[]> {
    const rows = await db.selectFrom('threadMessages').selectAll().execute();
    return rows
      .map(({ ownerId, deploymentId, callableId }) => `${ownerId}/${deploymentId}/${callableId}`)
      .toSorted();
  }

  test('a thread is wanted until its time, which a later wish replaces, and not by other deployments or owners', async () => {
    const { db } = bed.store;
    await fill(db);
    expect(await wanted(9)).toEqual(['C-1', 'C-2']);
    expect(await wanted(10)).toEqual([]);
    await want(KEY, 20);
    expect(await wanted(10)).toEqual(['C-1']);
    expect(await findThread(db, KEY)).toEqual({ ...KEY, wantedUntil: 20 });
    expect(await findThread(db, { ...KEY, callableId: 'C-3' })).toBeUndefined();
  });

  test('messages of a thread are read by revision or by position, and a newer version replaces the older', async () => {
    const { db } = bed.store;
    await fill(db);
    // As large as the revisions that are numbered by the clock.
    const late = 1_900_000_000_000_000;
    await upsertThreadMessage(db, { ...KEY, position: 1, revision: 2, body: textOf('one') });
    await upsertThreadMessage(db, { ...KEY, position: 0, revision: late, body: textOf('newer') });
    const [first, second] = [
      { ...KEY, position: 0, revision: late, body: textOf('newer') },
      { ...KEY, position: 1, revision: 2, body: textOf('one') },
    ];
    expect(await allThreadMessages(db, KEY)).toEqual([first, second]);
    expect(await readThreadMessages(db, KEY, 0, 10)).toEqual([second, first]);
    expect(await readThreadMessages(db, KEY, 0, 1)).toEqual([second]);
    expect(await readThreadMessages(db, KEY, 2, 10)).toEqual([first]);
    expect(await readThreadMessages(db, KEY, late, 10)).toEqual([]);
  });

  test('only messages that are new or have changed get a revision, and none is stored of an unknown thread', async () => {
    const { db } = bed.store;
    await fill(db);
    const clock = { readTimeMs: () => Promise.resolve(0) };
    const save = (key: ThreadKey, texts: readonly string[]) =>
      bed.store.transaction('threads', (tx) =>
        saveThread(
          tx,
          clock,
          key,
          texts.map((text, index) => ({ index, text })),
        ),
      );
    expect(await save(KEY, ['a', 'b'])).toBe(3);
    expect(await save(KEY, ['a', 'b'])).toBe(0);
    expect(await save(KEY, ['a', 'B'])).toBe(4);
    expect((await allThreadMessages(db, KEY)).map(({ revision }) => revision)).toEqual([2, 4]);
    expect(await save({ ...KEY, callableId: 'C-3' }, ['a'])).toBe(0);
  });

  test('the threads of a deployment are deleted with their messages, and go with the deployment and its owner', async () => {
    const { db } = bed.store;
    await fill(db);
    await deleteThreads(db, 'ada', 'A-1');
    expect(await left(db)).toEqual(['ada/A-2/C-1', 'grace/A-1/C-1']);
    await db.deleteFrom('deployments').where('ownerId', '=', 'ada').where('id', '=', 'A-2').execute();
    expect(await left(db)).toEqual(['grace/A-1/C-1']);
    await db.deleteFrom('users').where('id', '=', 'grace').execute();
    expect(await left(db)).toEqual([]);
    expect(await db.selectFrom('threads').selectAll().execute()).toEqual([]);
  });
});

function textOf(text: string) {
  return toJson({ index: 0, text });
}
