import { sql } from 'kysely';
import { toJson } from '../../lib/json.ts';
import type { Schema } from '../schema/index.ts';
import type { Db, Store } from '../store.ts';

/** What becomes of a table's rows when an account is erased. */
type Treatment =
  /** The rows of the owner are deleted in batches; `by` is a column that tells them apart. */
  | { owner: string; by: string }
  /** They are deleted with the row of this table that they belong to, by their foreign key. */
  | { with: keyof Schema }
  /** They stay, or have no owner, for this reason. */
  | { kept: string };

/** Every table, in the order in which rows are deleted: what belongs to a row goes before it. */
export const ERASURE: Record<keyof Schema, Treatment> = {
  credentials: { owner: 'ownerId', by: 'id' },
  watches: { with: 'credentials' },
  watchCounts: { with: 'credentials' },
  webhooks: { owner: 'ownerId', by: 'id' },
  webhookSecrets: { with: 'webhooks' },
  webhookDeliveries: { with: 'webhooks' },
  sessions: { owner: 'userId', by: 'id' },
  spentTokens: { with: 'sessions' },
  passwordResets: { owner: 'userId', by: 'hash' },
  userNetworks: { owner: 'userId', by: 'network' },
  transcripts: { owner: 'ownerId', by: 'deploymentId' },
  threadMessages: { owner: 'ownerId', by: 'deploymentId' },
  threads: { owner: 'ownerId', by: 'deploymentId' },
  messages: { owner: 'ownerId', by: 'deploymentId' },
  prompts: { owner: 'ownerId', by: 'id' },
  events: { owner: 'ownerId', by: 'seq' },
  listEvents: { owner: 'ownerId', by: 'seq' },
  ownerEvents: { owner: 'ownerId', by: 'seq' },
  eventHeads: { owner: 'ownerId', by: 'ownerId' },
  deployments: { owner: 'ownerId', by: 'id' },
  deploymentUsage: { owner: 'ownerId', by: 'deploymentId' },
  budgets: { owner: 'ownerId', by: 'id' },
  intents: { owner: 'ownerId', by: 'key' },
  aiTasks: { owner: 'ownerId', by: 'id' },
  seenAiTasks: { owner: 'ownerId', by: 'id' },
  aiLinks: { owner: 'ownerId', by: 'aiTaskId' },
  aiTaskRuns: { owner: 'ownerId', by: 'id' },
  aiListRuns: { owner: 'ownerId', by: 'id' },
  serviceSecrets: { with: 'serviceAccounts' },
  serviceAccounts: { with: 'users' },
  users: { owner: 'id', by: 'id' },
  audit: { kept: 'it proves for a year who did what; the names of the account in it are replaced' },
  keyChecks: { kept: 'it has no owner' },
  upstreamDrift: { kept: 'it has no owner, and never a value' },
};

/** What the audit log calls an account that was erased. */
export const ERASED_NAME = 'erased user';

/** Most rows that one transaction removes. */
const BATCH_SIZE = 500;

/**
 * Takes from the account what it is known by, so that no one signs in with it any more; the row itself goes last.
 * Its e-mail is free from then on.
 */
export async function beginErasing(tx: Db, id: string, nowMs: number): Promise<void> {
  await tx
    .updateTable('users')
    .set((row) => ({
      email: null,
      passwordHash: null,
      issuer: null,
      subject: null,
      roles: toJson([]),
      isDisabled: 1,
      erasingAt: nowMs,
      rightsRevision: row('rightsRevision', '+', 1),
    }))
    .where('id', '=', id)
    .execute();
}

/** The accounts whose erasing has begun and has not ended. */
export async function listErasing(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('users').select('id').where('erasingAt', 'is not', null).execute();
  return rows.map(({ id }) => id);
}

/** The service accounts that a user made, which are erased with the user. */
export async function listServicesBy(db: Db, userId: string): Promise<string[]> {
  const rows = await db.selectFrom('serviceAccounts').select('id').where('createdBy', '=', userId).execute();
  return rows.map(({ id }) => id);
}

/**
 * Deletes every row of an account after `beginErasing`, in short transactions, and replaces its name in the audit log. It
 * can be repeated after a crash at any point.
 */
export async function eraseRows(store: Store, id: string): Promise<void> {
  for (const [table, treatment] of Object.entries(ERASURE)) {
    if (!('owner' in treatment)) continue;
    while ((await store.transaction(id, (tx) => deleteBatch(tx, table, treatment, id))) > 0);
  }
  while ((await store.transaction(id, (tx) => replaceNames(tx, id))) > 0);
}

async function deleteBatch(
  tx: Db,
  table: string,
  { owner, by }: { owner: string; by: string },
  id: string,
): Promise<number> {
  const batch = sql`select ${sql.ref(by)} from ${sql.table(table)} where ${sql.ref(owner)} = ${id} limit ${sql.lit(BATCH_SIZE)}`;
  const deleted = await sql`
    delete from ${sql.table(table)} where ${sql.ref(owner)} = ${id} and ${sql.ref(by)} in (${batch})
  `.execute(tx);
  return Number(deleted.numAffectedRows ?? 0);
}

async function replaceNames(tx: Db, id: string): Promise<number> {
  const acted = tx
    .selectFrom('audit')
    .select('id')
    .where('actorId', '=', id)
    .where('actorName', '!=', ERASED_NAME)
    .limit(BATCH_SIZE);
  const first = await sql`
    update audit set actor_name = ${ERASED_NAME} where id in (${acted})
  `.execute(tx);
  const named = tx
    .selectFrom('audit')
    .select('id')
    .where('onBehalfOfId', '=', id)
    .where('onBehalfOfName', '!=', ERASED_NAME)
    .limit(BATCH_SIZE);
  const second = await sql`
    update audit set on_behalf_of_name = ${ERASED_NAME} where id in (${named})
  `.execute(tx);
  return Number(first.numAffectedRows ?? 0) + Number(second.numAffectedRows ?? 0);
}

/**
 * Replaces the e-mail in rows of the audit log that were written since `sinceMs` and name an account that is gone: a request
 * that was under way may write its row after the account was erased.
 */
export async function replaceLateNames(tx: Db, sinceMs: number): Promise<void> {
  for (const [id, name] of [
    ['actor_id', 'actor_name'],
    ['on_behalf_of_id', 'on_behalf_of_name'],
  ] as const) {
    await sql`
      update audit set ${sql.ref(name)} = ${ERASED_NAME}
      where at > ${sinceMs} and ${sql.ref(name)} like '%@%'
        and not exists (select 1 from users where users.id = audit.${sql.ref(id)} and users.erasing_at is null)
    `.execute(tx);
  }
}
