import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { insertListEvents, readListEvents } from '../../src/store/ai-tasks/list-events.ts';
import { insertEvents, pruneEvents, readEvents } from '../../src/store/deployments/events.ts';
import { openStore } from '../../src/store/store.ts';
import { temporaryDatabase } from '../support/postgres.ts';
import { insertPerson } from '../support/stores.ts';
import { blocksOf } from './blocks.ts';
import { readProjectFile } from './environment.ts';

/** Numbers of events before and in January 2027, the month of the document. */
const BEFORE = 1_798_000_000_000_000;
const JANUARY = 1_799_000_000_000_000;

const LIST = { organisation: 'org', taskListId: 'list' };

test('both tables of the log can be partitioned, continued and dropped by the statements of scaling.md', async () => {
  const statements = blocksOf(readProjectFile('docs/operate/scaling.md'))
    .filter(({ language }) => language === 'sql')
    .map(({ text }) => text);
  expect(statements).toHaveLength(4);
  const [partition, partitionLists, nextMonth, drop] = statements;
  await using database = await temporaryDatabase();
  const store = await openStore(database.url);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => store.close());
  const { db } = store;
  const positionOf = (seq: number) => ({
    ...{ ownerId: 'ada', seq, occurredAt: Math.floor(seq / 1_000), traceParent: null },
  });
  const appendEvent = (seq: number) =>
    insertEvents(db, [
      {
        ...{ type: 'STATUS_CHANGED', deploymentId: 'A-1', taskId: null },
        ...{ status: 'RUNNING', previousStatus: null, rawStatus: 'Running', reason: null },
        ...positionOf(seq),
      },
    ]);
  const appendListEvent = (seq: number) =>
    insertListEvents(db, [{ ...LIST, kind: 'TASK', subjectId: 't', body: toJson({}), ...positionOf(seq) }]);
  const append = async (seq: number) => {
    await appendEvent(seq);
    await appendListEvent(seq);
  };
  /** The partitions in which the rows of a table are. */
  const partitionsOf = async (table: string) =>
    (await database.run(`select distinct tableoid::regclass::text as name from ${table} order by 1`)).map(
      (row) => (row as { name: string }).name,
    );
  const read = async () => [
    await readEvents(db, 'ada', {}, 0, 10),
    await readListEvents(db, 'ada', { ...LIST, kinds: ['TASK'] }, 0, 10),
  ];
  const numbers = async () => (await read()).map((rows) => rows.map(({ seq }) => seq));
  const inBoth = (...positions: number[]) => [positions, positions];
  await insertPerson(db, 'ada');
  await db
    .insertInto('eventHeads')
    .values({ ownerId: 'ada', lastSeq: JANUARY + 1, prunedSeq: 0 })
    .execute();
  await append(BEFORE);

  await database.run(`${partition}`);
  await database.run(`${partitionLists}`);
  await append(BEFORE + 1);
  await database.run(`${nextMonth}`);
  await append(JANUARY);
  await append(JANUARY + 1);
  expect(await numbers()).toEqual(inBoth(BEFORE, BEFORE + 1, JANUARY, JANUARY + 1));
  for (const again of [appendEvent, appendListEvent]) await expect(again(JANUARY)).rejects.toThrow();
  for (const table of ['events', 'list_events'])
    expect(await partitionsOf(table)).toEqual([`${table}_2027_01`, `${table}_before`]);

  await database.run(`${drop}`);
  expect(await numbers()).toEqual(inBoth(JANUARY, JANUARY + 1));
  const [head] = await db.selectFrom('eventHeads').selectAll().execute();
  expect(head?.prunedSeq).toBe(1_798_761_599_999_999);
  await store.transaction('housekeeping', (tx) => pruneEvents(tx, JANUARY / 1_000 + 1, 500));
  expect(await numbers()).toEqual(inBoth());
}, 90_000);
