import { unauthenticated } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import {
  deleteDeadSessions,
  findLiveSession,
  findRevokedAmong,
  findSessionOfCurrentToken,
  findSessionOfSpentToken,
  insertSession,
  type LiveSession,
  listLiveSessions,
  revokeSession,
  revokeSessionsOf,
  rotateSession,
} from '../store/identity/sessions.ts';
import type { SessionRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import { hashOf, isRefreshToken, type RefreshTokens } from './refresh-tokens.ts';
import type { FindRevoked, Revocation, SessionRevocations } from './session-revocations.ts';

/** How much is kept of what a browser calls itself. */
const MAX_USER_AGENT = 200;

/** A session with the refresh token that is to be used next. */
export interface StartedSession {
  sessionId: string;
  userId: string;
  refreshToken: string;
}

/**
 * Sign-ins, each a family of refresh tokens of which one is current. A session lives for `ttlMs` after its last
 * refresh: the expiry slides, and whoever stays away that long signs in again.
 */
export interface Sessions {
  /** Begins a session, and forgets the user's sessions that are over. */
  start(userId: string, userAgent?: string): Promise<StartedSession>;
  /**
   * Exchanges the current token for its successor. The parent of the current token is answered with that same
   * successor within the grace (a lost answer, two tabs at once). Every other spent token ends the session (RFC 9700,
   * 4.14.2), and an ended session never comes back, whatever the grace.
   * @param onReuse told of the session that was ended by this
   * @throws GatewayError `UNAUTHENTICATED`
   */
  refresh(refreshToken: string, onReuse?: (ended: Revocation) => Promise<void>): Promise<StartedSession>;
  /** The session and its user as they are right now, if it is alive. */
  findLive(sessionId: string): Promise<LiveSession | undefined>;
  isLive(sessionId: string): Promise<boolean>;
  /** The live session a refresh token is to be used in next. */
  findByToken(refreshToken: string): Promise<Revocation | undefined>;
  /** A user's live sessions, the newest first. */
  list(userId: string): Promise<SessionRow[]>;
  /** Ends a session at once; `false` when it was over before. */
  revoke(sessionId: string): Promise<boolean>;
  /** Ends all sessions of a user, but for one if given; the ids of those that were not over before. */
  revokeAllOf(userId: string, exceptSessionId?: string): Promise<string[]>;
  /** Which of these sessions, and secrets of service accounts, are over. */
  findRevoked: FindRevoked;
  /** Calls `listener` after each revocation; returns how to stop that. */
  onRevoked: SessionRevocations['onRevoked'];
}

/** What sessions are made of. */
export interface SessionsDeps {
  store: Store;
  refreshTokens: RefreshTokens;
  revocations: SessionRevocations;
  clock: Clock;
  random: Random;
  ttlMs: number;
  graceMs: number;
}

/** Makes the session keeper. */
export function createSessions(deps: SessionsDeps): Sessions {
  const { store, refreshTokens, revocations, clock, random, ttlMs, graceMs } = deps;

  const findLive = (sessionId: string) => findLiveSession(store.db, sessionId, clock.now());

  return {
    async start(userId, userAgent) {
      const sessionId = random.uuid();
      const refreshToken = refreshTokens.first();
      const nowMs = clock.now();
      const currentHash = hashOf(refreshToken);
      await store.transaction(userId, async (tx) => {
        await deleteDeadSessions(tx, userId, nowMs);
        await insertSession(tx, {
          id: sessionId,
          userId,
          currentHash,
          nowMs,
          expiresAtMs: nowMs + ttlMs,
          userAgent: userAgent?.slice(0, MAX_USER_AGENT) ?? null,
        });
      });
      return { sessionId, userId, refreshToken };
    },

    async refresh(token, onReuse) {
      if (!isRefreshToken(token)) throw unauthenticated();
      const usedHash = hashOf(token);
      // The verdict leaves the transaction as a value: an error would undo the revocation it reports.
      const { session, refreshToken, ended } = await store.transaction(usedHash, async (tx) => {
        const nowMs = clock.now();
        const next = refreshTokens.successorOf(token);
        const nextHash = hashOf(next);
        const rotated = await rotateSession(tx, { usedHash, nextHash, nowMs, expiresAtMs: nowMs + ttlMs });
        if (rotated) return { session: rotated, refreshToken: next };

        const spentBy = await findSessionOfSpentToken(tx, usedHash);
        if (!spentBy || spentBy.revokedAt !== null || spentBy.expiresAt <= nowMs) return {};
        const isRepeat = spentBy.parentHash === usedHash && nowMs < (spentBy.rotatedAt ?? 0) + graceMs;
        if (!isRepeat) return { ended: await revokeSession(tx, spentBy.id, nowMs) };
        return { session: spentBy, refreshToken: refreshTokens.recallSuccessor(token, spentBy.currentHash) };
      });
      if (ended) {
        revocations.announce(endingOf(ended));
        await onReuse?.(endingOf(ended));
      }
      if (!session || !refreshToken) throw unauthenticated();
      return { sessionId: session.id, userId: session.userId, refreshToken };
    },

    findLive,
    isLive: async (sessionId) => (await findLive(sessionId)) !== undefined,

    async findByToken(token) {
      if (!isRefreshToken(token)) return undefined;
      const session = await findSessionOfCurrentToken(store.db, hashOf(token), clock.now());
      return session && endingOf(session);
    },

    list: (userId) => listLiveSessions(store.db, userId, clock.now()),

    async revoke(sessionId) {
      const ended = await revokeSession(store.db, sessionId, clock.now());
      if (ended) revocations.announce(endingOf(ended));
      return ended !== undefined;
    },

    async revokeAllOf(userId, exceptSessionId) {
      const ended = await revokeSessionsOf(store.db, userId, clock.now(), exceptSessionId);
      for (const session of ended) revocations.announce(endingOf(session));
      return ended.map((session) => session.id);
    },

    findRevoked: (sessionIds) => findRevokedAmong(store.db, sessionIds, clock.now()),
    onRevoked: revocations.onRevoked,
  };
}

function endingOf(session: SessionRow): Revocation {
  return { sessionId: session.id, userId: session.userId };
}
