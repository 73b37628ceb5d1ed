import { parseJson, toJson } from '../../lib/json.ts';
import type { Principal, Scope } from '../../viewer.ts';
import type { ServiceAccountRow, ServiceSecretRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

export interface ServiceAccount {
  id: string;
  name: string;
  scopes: Scope[];
  createdAtMs: number;
  /** The administrator who made it; null for the command line. */
  createdBy: string | null;
}

/** A secret as it is stored. */
export interface ServiceSecret {
  id: string;
  serviceId: string;
  hash: string;
  createdAtMs: number;
  lastUsedAtMs: number | null;
  /** Null for one that does not expire. */
  expiresAtMs: number | null;
}

function toAccount(row: ServiceAccountRow): ServiceAccount {
  return {
    id: row.id,
    name: row.name,
    scopes: parseJson(row.scopes),
    createdAtMs: row.createdAt,
    createdBy: row.createdBy,
  };
}

function toSecret({ createdAt, lastUsedAt, expiresAt, ...row }: ServiceSecretRow): ServiceSecret {
  return {
    ...row,
    createdAtMs: createdAt,
    lastUsedAtMs: lastUsedAt,
    expiresAtMs: expiresAt,
  };
}

/** Inserts a service account, with its row in `users`. */
export async function insertServiceAccount(tx: Db, account: ServiceAccount): Promise<void> {
  const { id, name, createdAtMs: createdAt, createdBy } = account;
  await tx
    .insertInto('users')
    .values({ id, roles: toJson([]), createdAt })
    .execute();
  const scopes = toJson(account.scopes);
  await tx.insertInto('serviceAccounts').values({ id, name, scopes, createdAt, createdBy }).execute();
}

/**
 * A page of all service accounts, oldest first.
 * @param after the last one of the page before
 */
export async function pageOfServiceAccounts(
  db: Db,
  after: { at: number; id: string } | undefined,
  limit: number,
): Promise<ServiceAccount[]> {
  let query = db.selectFrom('serviceAccounts').selectAll();
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('createdAt', 'id'), '>', tuple(after.at, after.id)),
    );
  }
  return (await query.orderBy('createdAt').orderBy('id').limit(limit).execute()).map(toAccount);
}

export async function findServiceAccount(db: Db, id: string): Promise<ServiceAccount | undefined> {
  const row = await db.selectFrom('serviceAccounts').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toAccount(row);
}

/** Deletes a service account; what it owns is deleted with it (`on delete cascade`). */
export async function deleteServiceAccount(db: Db, id: string): Promise<void> {
  await db.deleteFrom('users').where('id', '=', id).execute();
}

export async function insertSecret(db: Db, secret: ServiceSecret): Promise<void> {
  const { createdAtMs: createdAt, lastUsedAtMs: lastUsedAt, expiresAtMs: expiresAt, ...rest } = secret;
  await db
    .insertInto('serviceSecrets')
    .values({ ...rest, createdAt, lastUsedAt, expiresAt })
    .execute();
}

/** The secrets of service accounts, oldest first. */
export async function listSecretsOf(db: Db, serviceIds: readonly string[]): Promise<ServiceSecret[]> {
  if (serviceIds.length === 0) return [];
  const rows = await db
    .selectFrom('serviceSecrets')
    .selectAll()
    .where('serviceId', 'in', serviceIds)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
  return rows.map(toSecret);
}

/** Deletes a secret; `false` when that account has none of this id. */
export async function deleteSecret(db: Db, serviceId: string, id: string): Promise<boolean> {
  const result = await db
    .deleteFrom('serviceSecrets')
    .where('serviceId', '=', serviceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return Number(result.numDeletedRows) === 1;
}

export async function markSecretUsed(db: Db, id: string, nowMs: number): Promise<void> {
  await db.updateTable('serviceSecrets').set({ lastUsedAt: nowMs }).where('id', '=', id).execute();
}

/** Deletes the secrets of an account that have expired. */
export async function deleteExpiredSecrets(tx: Db, serviceId: string, nowMs: number): Promise<void> {
  await tx
    .deleteFrom('serviceSecrets')
    .where('serviceId', '=', serviceId)
    .where('expiresAt', '<=', nowMs)
    .execute();
}

/** The secrets for which tokens are issued: not expired, and of no account that a disabled user made. */
export function liveSecrets(db: Db, nowMs: number) {
  return db
    .selectFrom('serviceSecrets')
    .innerJoin('serviceAccounts', 'serviceAccounts.id', 'serviceSecrets.serviceId')
    .leftJoin('users as makers', 'makers.id', 'serviceAccounts.createdBy')
    .where((row) =>
      row.or([row('serviceSecrets.expiresAt', 'is', null), row('serviceSecrets.expiresAt', '>', nowMs)]),
    )
    .where((row) => row.or([row('makers.isDisabled', 'is', null), row('makers.isDisabled', '=', 0)]));
}

/** The secrets of an account for which tokens are issued now, oldest first. */
export async function listLiveSecretsOf(db: Db, serviceId: string, nowMs: number): Promise<ServiceSecret[]> {
  const rows = await liveSecrets(db, nowMs)
    .selectAll('serviceSecrets')
    .where('serviceSecrets.serviceId', '=', serviceId)
    .orderBy('serviceSecrets.createdAt')
    .orderBy('serviceSecrets.id')
    .execute();
  return rows.map(toSecret);
}

/** The service account that a live secret belongs to, and when the secret expires. */
export async function findServiceOfSecret(
  db: Db,
  secretId: string,
  nowMs: number,
): Promise<(Principal & { expiresAtMs: number | null }) | undefined> {
  const row = await liveSecrets(db, nowMs)
    .select(['serviceAccounts.id', 'serviceAccounts.name', 'serviceSecrets.expiresAt'])
    .where('serviceSecrets.id', '=', secretId)
    .executeTakeFirst();
  return row && { id: row.id, name: row.name, expiresAtMs: row.expiresAt };
}
