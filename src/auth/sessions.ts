import { invalidRefreshToken } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import {
  deleteDeadSessions,
  findLiveSession,
  findRevokedAmong,
  findSessionIdOfToken,
  findSessionOfCurrentToken,
  findSessionOfSpentToken,
  insertSession,
  type LiveSession,
  listLiveSessions,
  revokeOldestSessions,
  revokeSession,
  revokeSessionsOf,
  rotateSession,
} from '../store/identity/sessions.ts';
import type { SessionRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import { hashOf, isRefreshToken, type RefreshTokens } from './refresh-tokens.ts';
import type { FindRevoked, Revocation, SessionRevocations } from './session-revocations.ts';

/** Longest part of a `User-Agent` header that is stored. */
const MAX_USER_AGENT = 200;

/** A session with its current refresh token. */
export interface StartedSession {
  sessionId: string;
  userId: string;
  refreshToken: string;
}

/** A session that has just been started, and those that it ended, as the user had too many. */
export interface NewestSession extends StartedSession {
  endedSessionIds: string[];
}

/**
 * The sessions of users. Each is a family of refresh tokens of which one is current. A session expires `ttlMs` after its
 * last refresh, and at the latest `maxMs` after its sign-in.
 */
export interface Sessions {
  /** Starts a session, deletes the user's revoked and expired ones, and ends the oldest when there are too many. */
  start(userId: string, userAgent?: string): Promise<NewestSession>;
  /**
   * Exchanges the current refresh token for its successor. Within `graceMs` the parent of the current token gets the
   * same successor again: the answer was lost, or two tabs refreshed at once. Use of any other spent token revokes the
   * session (RFC 9700, section 4.14.2). The grace does not revive a revoked session.
   * @param onReuse called with the session that this call has revoked
   * @throws GatewayError `UNAUTHENTICATED`
   */
  refresh(refreshToken: string, onReuse?: (revoked: Revocation) => Promise<void>): Promise<StartedSession>;
  /** The session with its user's current e-mail and roles; undefined unless the session is live. */
  findLive(sessionId: string): Promise<LiveSession | undefined>;
  isLive(sessionId: string): Promise<boolean>;
  /** The id of the session, live or not, that a refresh token belongs to, current or spent. */
  idOf(refreshToken: string): Promise<string | undefined>;
  /** The live session whose current refresh token this is. */
  findByToken(refreshToken: string): Promise<Revocation | undefined>;
  /** A user's live sessions, newest first. */
  list(userId: string): Promise<SessionRow[]>;
  /** Revokes a session; `false` when it was revoked before. */
  revoke(sessionId: string): Promise<boolean>;
  /** Revokes all sessions of a user but `exceptSessionId`; returns the ids of those that were not revoked before. */
  revokeAllOf(userId: string, exceptSessionId?: string): Promise<string[]>;
  findRevoked: FindRevoked;
  onRevoked: SessionRevocations['onRevoked'];
}

export interface SessionsDeps {
  store: Store;
  refreshTokens: RefreshTokens;
  revocations: SessionRevocations;
  clock: Clock;
  random: Random;
  /** Life of a session after its last refresh. */
  ttlMs: number;
  /** Longest life of a session after its sign-in. */
  maxMs: number;
  /** Live sessions of one user. */
  maxPerUser: number;
  /** How long after a refresh the replaced token gives the same successor, as often as it is used. */
  graceMs: number;
}

export function createSessions(deps: SessionsDeps): Sessions {
  const { store, refreshTokens, revocations, clock, random, ttlMs, maxMs, maxPerUser, graceMs } = deps;

  const findLive = (sessionId: string) => findLiveSession(store.db, sessionId, clock.now());

  return {
    async start(userId, userAgent) {
      const sessionId = random.uuid();
      const refreshToken = refreshTokens.first();
      const nowMs = clock.now();
      const currentHash = hashOf(refreshToken);
      const ended = await store.transaction(userId, async (tx) => {
        await deleteDeadSessions(tx, userId, nowMs);
        const oldest = await revokeOldestSessions(tx, userId, nowMs, maxPerUser - 1);
        await insertSession(tx, {
          id: sessionId,
          userId,
          currentHash,
          nowMs,
          expiresAtMs: nowMs + Math.min(ttlMs, maxMs),
          userAgent: userAgent?.slice(0, MAX_USER_AGENT) ?? null,
        });
        return oldest;
      });
      for (const session of ended) revocations.announce(toRevocation(session));
      return { sessionId, userId, refreshToken, endedSessionIds: ended.map(({ id }) => id) };
    },

    async refresh(token, onReuse) {
      if (!isRefreshToken(token)) throw invalidRefreshToken();
      const usedHash = hashOf(token);
      // The transaction returns the outcome instead of throwing it: an error would roll back the revocation.
      const { session, refreshToken, revoked } = await store.transaction(usedHash, async (tx) => {
        const nowMs = clock.now();
        const next = refreshTokens.successorOf(token);
        const nextHash = hashOf(next);
        const expiresAtMs = nowMs + ttlMs;
        const rotated = await rotateSession(tx, { usedHash, nextHash, nowMs, expiresAtMs, maxMs });
        if (rotated) return { session: rotated, refreshToken: next };

        const spentBy = await findSessionOfSpentToken(tx, usedHash);
        if (!spentBy || spentBy.revokedAt !== null || spentBy.expiresAt <= nowMs) return {};
        const isRepeat = spentBy.parentHash === usedHash && nowMs < (spentBy.rotatedAt ?? 0) + graceMs;
        if (!isRepeat) return { revoked: await revokeSession(tx, spentBy.id, nowMs) };
        return { session: spentBy, refreshToken: refreshTokens.recallSuccessor(token, spentBy.currentHash) };
      });
      if (revoked) {
        revocations.announce(toRevocation(revoked));
        await onReuse?.(toRevocation(revoked));
      }
      if (!session || !refreshToken) throw invalidRefreshToken();
      return { sessionId: session.id, userId: session.userId, refreshToken };
    },

    findLive,
    isLive: async (sessionId) => (await findLive(sessionId)) !== undefined,

    async idOf(token) {
      return isRefreshToken(token) ? findSessionIdOfToken(store.db, hashOf(token)) : undefined;
    },

    async findByToken(token) {
      if (!isRefreshToken(token)) return undefined;
      const session = await findSessionOfCurrentToken(store.db, hashOf(token), clock.now());
      return session && toRevocation(session);
    },

    list: (userId) => listLiveSessions(store.db, userId, clock.now()),

    async revoke(sessionId) {
      const revoked = await revokeSession(store.db, sessionId, clock.now());
      if (revoked) revocations.announce(toRevocation(revoked));
      return revoked !== undefined;
    },

    async revokeAllOf(userId, exceptSessionId) {
      const revoked = await revokeSessionsOf(store.db, userId, clock.now(), exceptSessionId);
      for (const session of revoked) revocations.announce(toRevocation(session));
      return revoked.map((session) => session.id);
    },

    findRevoked: (sessionIds) => findRevokedAmong(store.db, sessionIds, clock.now()),
    onRevoked: revocations.onRevoked,
  };
}

function toRevocation(session: SessionRow): Revocation {
  return { sessionId: session.id, userId: session.userId };
}
