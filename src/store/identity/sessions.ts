import type { Role } from '../../viewer.ts';
import type { SessionRow } from '../schema/index.ts';
import type { Db } from '../store.ts';

/** A session that is neither revoked nor expired, with what its user may do right now. */
export interface LiveSession {
  sessionId: string;
  userId: string;
  email: string;
  roles: Role[];
}

/** One use of a session's current refresh token. */
export interface Rotation {
  usedHash: string;
  nextHash: string;
  nowMs: number;
  expiresAtMs: number;
}

/** A session that begins, with the hash of its first refresh token. */
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
 * Moves a live session from the token just used to the next one, and remembers the used one as spent.
 * One guarded statement decides, so of many that use the same token exactly one gets the session back.
 */
export async function rotateSession(db: Db, rotation: Rotation): Promise<SessionRow | undefined> {
  const { usedHash, nextHash, nowMs, expiresAtMs } = rotation;
  const session = await db
    .updateTable('sessions')
    .set({ currentHash: nextHash, parentHash: usedHash, rotatedAt: nowMs, expiresAt: expiresAtMs })
    .where('currentHash', '=', usedHash)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', nowMs)
    .returningAll()
    .executeTakeFirst();
  if (session) await db.insertInto('spentTokens').values({ hash: usedHash, sessionId: session.id }).execute();
  return session;
}

/** The session, live or ended, that has used this refresh token up. */
export function findSessionOfSpentToken(db: Db, hash: string): Promise<SessionRow | undefined> {
  return db
    .selectFrom('sessions')
    .innerJoin('spentTokens', 'spentTokens.sessionId', 'sessions.id')
    .selectAll('sessions')
    .where('spentTokens.hash', '=', hash)
    .executeTakeFirst();
}

/** The live session whose current refresh token has this hash. */
export function findSessionOfCurrentToken(
  db: Db,
  hash: string,
  nowMs: number,
): Promise<SessionRow | undefined> {
  return liveSessions(db, nowMs).where('currentHash', '=', hash).executeTakeFirst();
}

/** A user's live sessions, the newest first. */
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

/** The session if it is alive, with its user. */
export async function findLiveSession(
  db: Db,
  sessionId: string,
  nowMs: number,
): Promise<LiveSession | undefined> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select(['users.id as userId', 'users.email', 'users.roles'])
    .where('sessions.id', '=', sessionId)
    .where('sessions.revokedAt', 'is', null)
    .where('sessions.expiresAt', '>', nowMs)
    .executeTakeFirst();
  // Only people have sessions, and they have an e-mail.
  if (!row || row.email === null) return undefined;
  return { sessionId, userId: row.userId, email: row.email, roles: JSON.parse(row.roles) };
}

/** Ids asked for in one statement: SQLite takes 32,766 parameters, and each id is two. */
const MAX_IDS = 10_000;

/**
 * Which of these ids name neither a live session nor a secret of a service account: nothing a token could hang on.
 * One query, however many ids a process usually has.
 */
export async function findRevokedAmong(db: Db, ids: readonly string[], nowMs: number): Promise<string[]> {
  const ended: string[] = [];
  for (let start = 0; start < ids.length; start += MAX_IDS) {
    const asked = ids.slice(start, start + MAX_IDS);
    const rows = await db
      .selectFrom('sessions')
      .select('id')
      .where('id', 'in', asked)
      .where('revokedAt', 'is', null)
      .where('expiresAt', '>', nowMs)
      .unionAll(db.selectFrom('serviceSecrets').select('id').where('id', 'in', asked))
      .execute();
    const alive = new Set(rows.map(({ id }) => id));
    ended.push(...asked.filter((id) => !alive.has(id)));
  }
  return ended;
}

/** Revokes one session for good; the row if it was not revoked before. */
export function revokeSession(db: Db, sessionId: string, nowMs: number): Promise<SessionRow | undefined> {
  return db
    .updateTable('sessions')
    .set({ revokedAt: nowMs })
    .where('id', '=', sessionId)
    .where('revokedAt', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Revokes every session of a user but one; the rows that were not revoked before. */
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

/** Forgets a user's sessions that are over, with all their spent tokens. */
export async function deleteDeadSessions(db: Db, userId: string, nowMs: number): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('userId', '=', userId)
    .where((where) => where.or([where('revokedAt', 'is not', null), where('expiresAt', '<=', nowMs)]))
    .execute();
}
