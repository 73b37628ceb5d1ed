import { parseJson, toJson } from '../../lib/json.ts';
import type { Principal, Scope } from '../../viewer.ts';
import type { ServiceAccountRow, ServiceSecretRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

export interface ServiceAccount {
  id: string;
  name: string;
  scopes: Scope[];
  createdAtMs: number;
}

/** A secret as it is stored. */
export interface ServiceSecret {
  id: string;
  serviceId: string;
  hash: string;
  createdAtMs: number;
  lastUsedAtMs: number | null;
}

function toAccount(row: ServiceAccountRow): ServiceAccount {
  return {
    id: row.id,
    name: row.name,
    scopes: parseJson(row.scopes),
    createdAtMs: row.createdAt,
  };
}

function toSecret({ createdAt, lastUsedAt, ...row }: ServiceSecretRow): ServiceSecret {
  return {
    ...row,
    createdAtMs: createdAt,
    lastUsedAtMs: lastUsedAt,
  };
}

/** Inserts a service account, with its row in `users`. */
export async function insertServiceAccount(tx: Db, account: ServiceAccount): Promise<void> {
  const { id, name, createdAtMs: createdAt } = account;
  await tx
    .insertInto('users')
    .values({ id, roles: toJson([]), createdAt })
    .execute();
  const scopes = toJson(account.scopes);
  await tx.insertInto('serviceAccounts').values({ id, name, scopes, createdAt }).execute();
}

/** Every service account, oldest first. */
export async function listServiceAccounts(db: Db): Promise<ServiceAccount[]> {
  return (
    await db.selectFrom('serviceAccounts').selectAll().orderBy('createdAt').orderBy('id').execute()
  ).map(toAccount);
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
  const { createdAtMs: createdAt, lastUsedAtMs: lastUsedAt, ...rest } = secret;
  await db
    .insertInto('serviceSecrets')
    .values({ ...rest, createdAt, lastUsedAt })
    .execute();
}

/** The secrets of one service account, or of all; oldest first. */
export async function listSecrets(db: Db, serviceId?: string): Promise<ServiceSecret[]> {
  const all = db.selectFrom('serviceSecrets').selectAll().orderBy('createdAt').orderBy('id');
  const rows = await (serviceId === undefined ? all : all.where('serviceId', '=', serviceId)).execute();
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

/** The service account that a secret belongs to; undefined when either is deleted. */
export function findServiceOfSecret(db: Db, secretId: string): Promise<Principal | undefined> {
  return db
    .selectFrom('serviceSecrets')
    .innerJoin('serviceAccounts', 'serviceAccounts.id', 'serviceSecrets.serviceId')
    .select(['serviceAccounts.id', 'serviceAccounts.name'])
    .where('serviceSecrets.id', '=', secretId)
    .executeTakeFirst();
}
