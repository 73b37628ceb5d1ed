import { expect, test } from 'vitest';
import {
  deleteTranscripts,
  deleteTranscriptsReadWith,
  findTranscripts,
  hasTranscript,
  listTranscriptsWrappedByOthers,
  pruneTranscripts,
  replaceWrappedKey,
  upsertTranscript,
} from '../../src/store/deployments/transcripts.ts';
import { kidsInUse } from '../../src/store/identity/credentials.ts';
import type { TranscriptRow } from '../../src/store/schema/index.ts';
import type { Db } from '../../src/store/store.ts';
import { insertPerson, onEveryStore } from '../support/stores.ts';

function transcript(deploymentId: string, more: Partial<TranscriptRow> = {}): TranscriptRow {
  return {
    ownerId: 'ada',
    deploymentId,
    thread: '',
    credentialId: 'c1',
    kid: 'k1',
    wrappedKey: `key of ${deploymentId}`,
    body: 'sealed',
    readAt: 1,
    keptFrom: 1,
    ...more,
  };
}

async function fill(db: Db, rows: readonly TranscriptRow[]): Promise<void> {
  await insertPerson(db, 'ada');
  await insertPerson(db, 'grace');
  for (const row of rows) await upsertTranscript(db, row);
}

async function left(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('transcripts').select(['deploymentId', 'thread']).execute();
  return rows.map(({ deploymentId, thread }) => `${deploymentId}${thread}`).sort();
}

onEveryStore((bed) => {
  test('a transcript replaces the older one of its thread, and its main thread comes first', async () => {
    const { db } = bed.store;
    await fill(db, [transcript('A-1', { thread: 'C-1' }), transcript('A-1'), transcript('A-2')]);
    const newer = transcript('A-1', { body: 'newer', readAt: 9, keptFrom: 9, kid: 'k2', credentialId: 'c2' });
    await upsertTranscript(db, newer);
    expect(await findTranscripts(db, 'ada', 'A-1', 0)).toEqual([newer, transcript('A-1', { thread: 'C-1' })]);
    expect(await findTranscripts(db, 'ada', 'A-1', 1)).toEqual([newer]);
    expect(await findTranscripts(db, 'grace', 'A-1', 0)).toEqual([]);
    expect(await hasTranscript(db, 'ada', 'A-1', 'C-1')).toBe(true);
    expect(await hasTranscript(db, 'ada', 'A-1', 'C-2')).toBe(false);
    expect(await hasTranscript(db, 'grace', 'A-1', '')).toBe(false);
  });

  test("the transcripts of a deployment or a credential are deleted, and no other owner's", async () => {
    const { db } = bed.store;
    await fill(db, [
      transcript('A-1'),
      transcript('A-1', { thread: 'C-1' }),
      transcript('A-2', { credentialId: 'c2' }),
      transcript('A-3'),
      transcript('A-4', { ownerId: 'grace' }),
      transcript('A-1', { ownerId: 'grace' }),
    ]);
    expect(await deleteTranscripts(db, 'ada', 'A-1')).toBe(2);
    expect(await deleteTranscripts(db, 'ada', 'A-1')).toBe(0);
    await deleteTranscriptsReadWith(db, 'ada', 'c1');
    expect(await left(db)).toEqual(['A-1', 'A-2', 'A-4']);
    await db.deleteFrom('users').where('id', '=', 'ada').execute();
    expect(await left(db)).toEqual(['A-1', 'A-4']);
  });

  test('old transcripts go batch by batch, the oldest first', async () => {
    const { db } = bed.store;
    await fill(
      db,
      [1, 2, 3, 4].map((keptFrom) => transcript(`A-${keptFrom}`, { keptFrom })),
    );
    const step = () => bed.store.transaction('housekeeping', (tx) => pruneTranscripts(tx, 3, 2));
    expect([await step(), await left(db)]).toEqual([2, ['A-3', 'A-4']]);
    expect([await step(), await left(db)]).toEqual([1, ['A-4']]);
    expect(await step()).toBe(0);
  });

  test('data keys are replaced page by page, unless the transcript was replaced meanwhile', async () => {
    const { db } = bed.store;
    await fill(db, [
      transcript('A-1'),
      transcript('A-2'),
      transcript('A-3', { kid: 'k2' }),
      transcript('A-4'),
    ]);
    expect(await kidsInUse(db)).toEqual(['k1', 'k2']);
    const first = await listTranscriptsWrappedByOthers(db, 'k2', undefined, 2);
    expect(first.map(({ deploymentId }) => deploymentId)).toEqual(['A-1', 'A-2']);
    const rest = await listTranscriptsWrappedByOthers(db, 'k2', first[1], 2);
    expect(rest).toMatchObject([
      { ownerId: 'ada', deploymentId: 'A-4', thread: '', wrappedKey: 'key of A-4' },
    ]);

    const [one, other] = first;
    await upsertTranscript(db, transcript('A-2', { wrappedKey: 'newer' }));
    expect(await replaceWrappedKey(db, one!, { kid: 'k2', wrappedKey: 'w' })).toBe(true);
    expect(await replaceWrappedKey(db, other!, { kid: 'k2', wrappedKey: 'w' })).toBe(false);
    expect(await findTranscripts(db, 'ada', 'A-1', 0)).toMatchObject([{ kid: 'k2', body: 'sealed' }]);
    expect(await findTranscripts(db, 'ada', 'A-2', 0)).toMatchObject([{ kid: 'k1', wrappedKey: 'newer' }]);
  });
});
