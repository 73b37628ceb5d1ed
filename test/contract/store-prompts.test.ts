import { expect, test } from 'vitest';
import {
  cancelQueued,
  countQueued,
  deletePrompts,
  findPrompt,
  insertPrompt,
  movePrompt,
  type NewPrompt,
  promptsIn,
  prunePrompts,
} from '../../src/store/deployments/prompts.ts';
import type { PromptState } from '../../src/store/schema/index.ts';
import type { Db } from '../../src/store/store.ts';
import { insertPerson, onEveryStore } from '../support/stores.ts';

const NOW = 1_700_000_000_000;
const ALL: readonly PromptState[] = ['RESERVED', 'QUEUED', 'SENDING', 'SENT', 'REFUSED', 'CANCELLED'];

function prompt(deploymentId: string, id: string, more: Partial<NewPrompt> = {}): NewPrompt {
  return {
    ...{ ownerId: 'ada', deploymentId, id, state: 'QUEUED', text: `text of ${id}` },
    ...{ credentialId: 'c1', fromIndex: 3, changedAt: NOW },
    ...more,
  };
}

async function fill(db: Db, prompts: readonly NewPrompt[]): Promise<void> {
  await insertPerson(db, 'ada');
  await insertPerson(db, 'eve');
  for (const one of prompts) await insertPrompt(db, one);
}

async function idsIn(db: Db, deploymentIds: readonly string[], states: readonly PromptState[] = ALL) {
  return (await promptsIn(db, 'ada', deploymentIds, states)).map(({ id }) => id);
}

onEveryStore((bed) => {
  test('prompts keep the order in which they came, over the deployments of their owner', async () => {
    const { db } = bed.store;
    await fill(db, [prompt('A-1', 'one'), prompt('A-2', 'two'), prompt('A-1', 'three')]);
    await insertPrompt(db, prompt('A-1', 'hers', { ownerId: 'eve' }));
    expect(await idsIn(db, ['A-1', 'A-2'])).toEqual(['one', 'two', 'three']);
    expect(await idsIn(db, ['A-1'])).toEqual(['one', 'three']);
    expect(await findPrompt(db, { ownerId: 'ada', deploymentId: 'A-1', id: 'three' })).toEqual({
      ...prompt('A-1', 'three'),
      number: 3,
    });
    expect(await findPrompt(db, { ownerId: 'ada', deploymentId: 'A-2', id: 'three' })).toBeUndefined();
  });

  test('a prompt that is there is left as it is', async () => {
    const { db } = bed.store;
    await fill(db, [prompt('A-1', 'one'), prompt('A-1', 'two')]);
    await insertPrompt(db, prompt('A-1', 'one', { text: 'another', state: 'SENT', changedAt: NOW + 1 }));
    expect(await idsIn(db, ['A-1'])).toEqual(['one', 'two']);
    expect(await findPrompt(db, prompt('A-1', 'one'))).toMatchObject({
      text: 'text of one',
      state: 'QUEUED',
    });
  });

  test('a prompt moves only from a state that is named, and loses its text when nothing is to be sent', async () => {
    const { store } = bed;
    const { db } = store;
    await fill(db, [prompt('A-1', 'one'), prompt('A-1', 'one', { ownerId: 'eve' })]);
    const one = prompt('A-1', 'one');
    const move = (from: readonly PromptState[], to: PromptState) =>
      movePrompt(db, one, from, to, store.time(NOW, 5));
    expect(await move(['SENDING'], 'SENT')).toBe(false);
    expect(await move(['QUEUED'], 'SENDING')).toBe(true);
    expect(await findPrompt(db, one)).toMatchObject({ state: 'SENDING', text: 'text of one' });
    expect(await move(['RESERVED', 'SENDING'], 'SENT')).toBe(true);
    expect(await findPrompt(db, one)).toMatchObject({ state: 'SENT', text: null, changedAt: NOW + 5 });
    expect(await findPrompt(db, { ...one, ownerId: 'eve' })).toMatchObject({ state: 'QUEUED' });
    expect(await movePrompt(db, one, ['SENT'], 'QUEUED', store.time(NOW), 'again')).toBe(true);
    expect(await findPrompt(db, one)).toMatchObject({ state: 'QUEUED', text: 'again' });
  });

  test('what waits is counted for its owner, and cancelled for its deployment', async () => {
    const { store } = bed;
    const { db } = store;
    await fill(db, [
      prompt('A-1', 'sending', { state: 'SENDING' }),
      prompt('A-1', 'one'),
      prompt('A-1', 'two'),
      prompt('A-2', 'three'),
      prompt('A-1', 'hers', { ownerId: 'eve' }),
    ]);
    expect(await countQueued(db, 'ada')).toBe(3);
    expect(await cancelQueued(db, 'ada', 'A-1', store.time(NOW, 7))).toBe(true);
    expect(await cancelQueued(db, 'ada', 'A-1', store.time(NOW, 8))).toBe(false);
    expect(await countQueued(db, 'ada')).toBe(1);
    expect(await countQueued(db, 'eve')).toBe(1);
    expect(await idsIn(db, ['A-1'], ['SENDING'])).toEqual(['sending']);
    expect(await findPrompt(db, prompt('A-1', 'two'))).toMatchObject({
      ...{ state: 'CANCELLED', text: null, changedAt: NOW + 7 },
    });
  });

  test("the prompts of a deployment are deleted, and no other owner's", async () => {
    const { db } = bed.store;
    await fill(db, [prompt('A-1', 'one'), prompt('A-2', 'two'), prompt('A-1', 'hers', { ownerId: 'eve' })]);
    await deletePrompts(db, 'ada', 'A-1');
    expect(await idsIn(db, ['A-1', 'A-2'])).toEqual(['two']);
    expect(await countQueued(db, 'eve')).toBe(1);
    await db.deleteFrom('users').where('id', '=', 'eve').execute();
    expect(await countQueued(db, 'eve')).toBe(0);
  });

  test('old prompts are pruned, the oldest first, but not those that are still to be sent', async () => {
    const { db } = bed.store;
    const at = (id: string, state: PromptState, changedAt: number) => prompt('A-1', id, { state, changedAt });
    await fill(db, [
      ...[at('sent', 'SENT', NOW - 2), at('refused', 'REFUSED', NOW - 3), at('new', 'SENT', NOW)],
      ...[at('queued', 'QUEUED', NOW - 9), at('sending', 'SENDING', NOW - 9)],
      at('cancelled', 'CANCELLED', NOW - 1),
    ]);
    expect(await prunePrompts(db, NOW, 2)).toBe(2);
    expect(await idsIn(db, ['A-1'])).toEqual(['new', 'queued', 'sending', 'cancelled']);
    expect(await prunePrompts(db, NOW, 2)).toBe(1);
    expect(await prunePrompts(db, NOW, 2)).toBe(0);
    expect(await idsIn(db, ['A-1'])).toEqual(['new', 'queued', 'sending']);
  });

  test('prompts that come at once on every replica have numbers of their own', async () => {
    await fill(bed.store.db, []);
    const ids = Array.from({ length: 9 }, (_, index) => `p${index}`);
    await Promise.all(
      ids.map((id, index) =>
        bed.replicas[index % bed.replicas.length]!.transaction('ada', (tx) =>
          insertPrompt(tx, prompt('A-1', id)),
        ),
      ),
    );
    const rows = await promptsIn(bed.store.db, 'ada', ['A-1'], ALL);
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rows.map(({ id }) => id).sort()).toEqual(ids);
  });
});
