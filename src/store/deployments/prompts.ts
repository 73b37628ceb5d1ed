import type { RawBuilder } from 'kysely';
import type { PromptRow, PromptState } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** What tells a prompt from others. */
export type PromptKey = Pick<PromptRow, 'ownerId' | 'deploymentId' | 'id'>;

/** A new prompt; `changedAt` is a time of the store. */
export type NewPrompt = Omit<PromptRow, 'number' | 'changedAt'> & { changedAt: RawBuilder<number> | number };

/** Inserts a prompt after all others of its owner; one that is there is left as it is. */
export async function insertPrompt(tx: Db, prompt: NewPrompt): Promise<void> {
  const { last } = await tx
    .selectFrom('prompts')
    .select((row) => row.fn.max('number').as('last'))
    .where('ownerId', '=', prompt.ownerId)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('prompts')
    .values({ ...prompt, number: Number(last ?? 0) + 1 })
    .onConflict((conflict) => conflict.columns(['ownerId', 'deploymentId', 'id']).doNothing())
    .execute();
}

export function findPrompt(db: Db, { ownerId, deploymentId, id }: PromptKey): Promise<PromptRow | undefined> {
  return db
    .selectFrom('prompts')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The prompts of some deployments that are in one of the states, in their order. */
export function promptsIn(
  db: Db,
  ownerId: string,
  deploymentIds: readonly string[],
  states: readonly PromptState[],
): Promise<PromptRow[]> {
  return db
    .selectFrom('prompts')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('deploymentId', 'in', deploymentIds)
    .where('state', 'in', states)
    .orderBy('number')
    .execute();
}

/** How many prompts of the owner wait. */
export async function countQueued(tx: Db, ownerId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('prompts')
    .select((row) => row.fn.countAll().as('count'))
    .where('ownerId', '=', ownerId)
    .where('state', '=', 'QUEUED')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/**
 * Changes the state of a prompt that is in one of the states `from`; its text is kept while it is to be sent.
 * @param text replaces it: a prompt that was not to be sent has none
 */
export async function movePrompt(
  tx: Db,
  { ownerId, deploymentId, id }: PromptKey,
  from: readonly PromptState[],
  state: PromptState,
  changedAt: RawBuilder<number> | number,
  text?: string | null,
): Promise<boolean> {
  const keepsText = state === 'QUEUED' || state === 'SENDING' || state === 'RESERVED';
  const kept = keepsText ? text : null;
  const { numUpdatedRows } = await tx
    .updateTable('prompts')
    .set({ state, changedAt, ...(kept !== undefined && { text: kept }) })
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Cancels what waits for the end of a deployment. @returns whether anything did */
export async function cancelQueued(
  tx: Db,
  ownerId: string,
  deploymentId: string,
  changedAt: RawBuilder<number>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('prompts')
    .set({ state: 'CANCELLED', text: null, changedAt })
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .where('state', '=', 'QUEUED')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Deletes the prompts of a deployment. */
export async function deletePrompts(tx: Db, ownerId: string, deploymentId: string): Promise<void> {
  await tx
    .deleteFrom('prompts')
    .where('ownerId', '=', ownerId)
    .where('deploymentId', '=', deploymentId)
    .execute();
}

/** Deletes up to `limit` prompts that were sent, or will not be, before `beforeMs`. @returns how many */
export async function prunePrompts(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const old = await tx
    .selectFrom('prompts')
    .select(['ownerId', 'deploymentId', 'id'])
    .where('changedAt', '<', beforeMs)
    .where('state', 'not in', ['QUEUED', 'SENDING'])
    .orderBy('changedAt')
    .limit(limit)
    .execute();
  for (const { ownerId, deploymentId, id } of old) {
    await tx
      .deleteFrom('prompts')
      .where('ownerId', '=', ownerId)
      .where('deploymentId', '=', deploymentId)
      .where('id', '=', id)
      .execute();
  }
  return old.length;
}
