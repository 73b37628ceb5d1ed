import { parseJson } from '../../lib/json.ts';
import { parseRightsId, type Role, rightsIdOf } from '../../viewer.ts';
import type { SessionRow } from '../schema/index.ts';
import type { Db } from '../store.ts';
import { liveSecrets } from './service-accounts.ts';

/** A session that is neither revoked nor expired, of a user who is not disabled, with their current e-mail and roles. */
export interface LiveSession {
  sessionId: string;
  userId: string;
  email: string;
  roles: Role[];
  rightsRevision: number;
  /** When it ends unless it is refreshed. */
  expiresAtMs: number;
}

/** One use of a session's current refresh token. */
export interface Rotation {
  usedHash: string;
  nextHash: string;
  nowMs: number;
  /** When the session ends, unless `maxMs` after its sign-in is earlier. */
  expiresAtMs: number;
  maxMs: number;
}

/** A new session, with the hash of its first refresh token. */
export interface NewSession {
  id: string;
  userId: string;
  currentHash: string;
  nowMs: number;
  expiresAtMs: number;
  userAgent: string | null;
}

export async function insertSession(db: Db, session: NewSession): Promise<void> {
  const { nowMs: createdAt, expiresAtMs: expiresAt, ...rest } = session;
  await db
    .insertInto('sessions')
    .values({ ...rest, createdAt, expiresAt })
    .execute();
}

/**
 * Replaces the current token of a live session by the next one, and stores the used one as spent. The condition is part
 * of the update, so exactly one of several requests with the same token succeeds.
 * @returns the session; undefined when the token is not the current one of a live session
 */
export async function rotateSession(db: Db, rotation: Rotation): Promise<SessionRow | undefined> {
  const { usedHash, nextHash, nowMs, expiresAtMs, maxMs } = rotation;
  const session = await db
    .updateTable('sessions')
    .set((row) => ({
      currentHash: nextHash,
      parentHash: usedHash,
      rotatedAt: nowMs,
      expiresAt: row
        .case()
        .when('createdAt', '<', expiresAtMs - maxMs)
        .then(row('createdAt', '+', maxMs))
        .else(expiresAtMs)
        .end(),
    }))
    .where('currentHash', '=', usedHash)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', nowMs)
    .where('createdAt', '>', nowMs - maxMs)
    .returningAll()
    .executeTakeFirst();
  if (session) {
    const spent = { hash: usedHash, sessionId: session.id, spentAt: nowMs };
    await db.insertInto('spentTokens').values(spent).execute();
  }
  return session;
}

/** The session, live or ended, that this spent refresh token belongs to. */
export function findSessionOfSpentToken(db: Db, hash: string): Promise<SessionRow | undefined> {
  return db
    .selectFrom('sessions')
    .innerJoin('spentTokens', 'spentTokens.sessionId', 'sessions.id')
    .selectAll('sessions')
    .where('spentTokens.hash', '=', hash)
    .executeTakeFirst();
}

/** The id of the session that this refresh token belongs to, current or spent. */
export async function findSessionIdOfToken(db: Db, hash: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('sessions')
    .select('id')
    .where('currentHash', '=', hash)
    .unionAll(db.selectFrom('spentTokens').select('sessionId as id').where('hash', '=', hash))
    .executeTakeFirst();
  return row?.id;
}

/** The live session whose current refresh token has this hash. */
export function findSessionOfCurrentToken(
  db: Db,
  hash: string,
  nowMs: number,
): Promise<SessionRow | undefined> {
  return liveSessions(db, nowMs).where('currentHash', '=', hash).executeTakeFirst();
}

/** A user's live sessions, newest first. */
export function listLiveSessions(db: Db, userId: string, nowMs: number): Promise<SessionRow[]> {
  return liveSessions(db, nowMs)
    .where('userId', '=', userId)
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .execute();
}

function liveSessions(db: Db, nowMs: number) {
  return db.selectFrom('sessions').selectAll().where('revokedAt', 'is', null).where('expiresAt', '>', nowMs);
}

/** The session with its user; undefined unless the session is live and the user may sign in. */
export async function findLiveSession(
  db: Db,
  sessionId: string,
  nowMs: number,
): Promise<LiveSession | undefined> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select([
      'users.id as userId',
      'users.email',
      'users.roles',
      'users.rightsRevision',
      'sessions.expiresAt',
    ])
    .where('sessions.id', '=', sessionId)
    .where('sessions.revokedAt', 'is', null)
    .where('sessions.expiresAt', '>', nowMs)
    .where('users.isDisabled', '=', 0)
    .executeTakeFirst();
  // Sessions belong to persons, who always have an e-mail.
  if (!row || row.email === null) return undefined;
  const { userId, email, expiresAt: expiresAtMs, rightsRevision } = row;
  return { sessionId, userId, email, roles: parseJson(row.roles), rightsRevision, expiresAtMs };
}

/** Ids per statement: SQLite takes 32,766 parameters, and each id is at most two. */
const MAX_IDS = 10_000;

/**
 * Those of the ids that tokens depend on no longer: ids of sessions, of secrets of service accounts, and of rights
 * (`rightsIdOf`). Also what a disabled user has, and the secrets of service accounts that such a user made.
 */
export async function findRevokedAmong(db: Db, ids: readonly string[], nowMs: number): Promise<string[]> {
  const revoked: string[] = [];
  for (let start = 0; start < ids.length; start += MAX_IDS) {
    const batch = ids.slice(start, start + MAX_IDS);
    const rights = batch.flatMap((id) => parseRightsId(id) ?? []);
    const issued = batch.filter((id) => parseRightsId(id) === undefined);
    const live = new Set([...(await findLiveIds(db, issued, nowMs)), ...(await findRights(db, rights))]);
    revoked.push(...batch.filter((id) => !live.has(id)));
  }
  return revoked;
}

async function findLiveIds(db: Db, ids: readonly string[], nowMs: number): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select('sessions.id')
    .where('sessions.id', 'in', ids)
    .where('sessions.revokedAt', 'is', null)
    .where('sessions.expiresAt', '>', nowMs)
    .where('users.isDisabled', '=', 0)
    .unionAll(liveSecrets(db, nowMs).select('serviceSecrets.id').where('serviceSecrets.id', 'in', ids))
    .execute();
  return rows.map(({ id }) => id);
}

async function findRights(
  db: Db,
  rights: readonly { id: string; rightsRevision: number }[],
): Promise<string[]> {
  if (rights.length === 0) return [];
  const rows = await db
    .selectFrom('users')
    .select(['id', 'rightsRevision'])
    .where(
      'id',
      'in',
      rights.map(({ id }) => id),
    )
    .where('isDisabled', '=', 0)
    .execute();
  return rows.map(rightsIdOf);
}

/** Revokes a session; returns its row, or undefined when it was revoked before. */
export function revokeSession(db: Db, sessionId: string, nowMs: number): Promise<SessionRow | undefined> {
  return db
    .updateTable('sessions')
    .set({ revokedAt: nowMs })
    .where('id', '=', sessionId)
    .where('revokedAt', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Revokes every session of a user but `exceptSessionId`; returns the rows that were not revoked before. */
export function revokeSessionsOf(
  db: Db,
  userId: string,
  nowMs: number,
  exceptSessionId = '',
): Promise<SessionRow[]> {
  return db
    .updateTable('sessions')
    .set({ revokedAt: nowMs })
    .where('userId', '=', userId)
    .where('id', '!=', exceptSessionId)
    .where('revokedAt', 'is', null)
    .returningAll()
    .execute();
}

/** Revokes all live sessions of a user but the `keep` newest; returns those that were revoked. */
export function revokeOldestSessions(
  tx: Db,
  userId: string,
  nowMs: number,
  keep: number,
): Promise<SessionRow[]> {
  const kept = liveSessions(tx, nowMs)
    .clearSelect()
    .select('id')
    .where('userId', '=', userId)
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(keep);
  return tx
    .updateTable('sessions')
    .set({ revokedAt: nowMs })
    .where('userId', '=', userId)
    .where('revokedAt', 'is', null)
    .where('id', 'not in', kept)
    .returningAll()
    .execute();
}

/** Deletes a user's revoked and expired sessions; their spent tokens are deleted with them. */
export async function deleteDeadSessions(db: Db, userId: string, nowMs: number): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('userId', '=', userId)
    .where((where) => where.or([where('revokedAt', 'is not', null), where('expiresAt', '<=', nowMs)]))
    .execute();
}

/** Deletes up to `limit` sessions that ended before `beforeMs`, with their spent tokens. @returns how many */
export async function pruneSessions(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const ended = tx
    .selectFrom('sessions')
    .select('id')
    .where((row) => row.or([row('expiresAt', '<', beforeMs), row('revokedAt', '<', beforeMs)]))
    .limit(limit);
  const result = await tx.deleteFrom('sessions').where('id', 'in', ended).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/**
 * Deletes up to `limit` tokens that were spent before `beforeMs`, also of sessions that go on
 * (docs/decisions/0034-spent-tokens-expire.md, Choice). @returns how many
 */
export async function pruneSpentTokens(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const old = tx
    .selectFrom('spentTokens')
    .select('hash')
    .where('spentAt', '<', beforeMs)
    .orderBy('spentAt')
    .limit(limit);
  const result = await tx.deleteFrom('spentTokens').where('hash', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}
