import { unauthenticated } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import {
  deleteDeadSessions,
  findLiveSession,
  findSessionOfSpentToken,
  insertSession,
  type LiveSession,
  revokeSession,
  revokeSessionsOf,
  rotateSession,
} from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { hashOf, isRefreshToken, type RefreshTokens } from './refresh-tokens.ts';

/** A session with the refresh token that is to be used next. */
export interface StartedSession {
  sessionId: string;
  userId: string;
  refreshToken: string;
}

/** A session that was revoked. */
export interface EndedSession {
  sessionId: string;
  userId: string;
}

/**
 * Sign-ins, each a family of refresh tokens of which one is current. A session lives for `ttlMs` after its last
 * refresh: the expiry slides, and whoever stays away that long signs in again.
 */
export interface Sessions {
  /** Begins a session, and forgets the user's sessions that are over. */
  start(userId: string): Promise<StartedSession>;
  /**
   * Exchanges the current token for its successor. The parent of the current token is answered with that same
   * successor within the grace (a lost answer, two tabs at once). Every other spent token ends the session (RFC 9700,
   * 4.14.2), and an ended session never comes back, whatever the grace.
   * @throws GatewayError `UNAUTHENTICATED`
   */
  refresh(refreshToken: string): Promise<StartedSession>;
  /** The session and its user as they are right now, if it is alive. */
  findLive(sessionId: string): Promise<LiveSession | undefined>;
  isLive(sessionId: string): Promise<boolean>;
  /** Ends a session at once. */
  revoke(sessionId: string): Promise<void>;
  /** Ends all sessions of a user, but for one if given. */
  revokeAllOf(userId: string, exceptSessionId?: string): Promise<void>;
  /** Calls `listener` after each revocation; returns how to stop that. */
  onEnded(listener: (ended: EndedSession) => void): () => void;
}

/** What sessions are made of. */
export interface SessionsDeps {
  store: Store;
  refreshTokens: RefreshTokens;
  clock: Clock;
  random: Random;
  ttlMs: number;
  graceMs: number;
}

/** Makes the session keeper. */
export const createSessions = (deps: SessionsDeps): Sessions => {
  const { store, refreshTokens, clock, random, ttlMs, graceMs } = deps;
  const listeners = new Set<(ended: EndedSession) => void>();

  const announce = (ended: { id: string; userId: string } | undefined): void => {
    if (ended) for (const listener of listeners) listener({ sessionId: ended.id, userId: ended.userId });
  };
  const findLive = (sessionId: string) => findLiveSession(store.db, sessionId, clock.now());

  return {
    async start(userId) {
      const sessionId = random.uuid();
      const refreshToken = refreshTokens.first();
      const nowMs = clock.now();
      const currentHash = hashOf(refreshToken);
      await store.transaction(async (tx) => {
        await deleteDeadSessions(tx, userId, nowMs);
        await insertSession(tx, { id: sessionId, userId, currentHash, nowMs, expiresAtMs: nowMs + ttlMs });
      });
      return { sessionId, userId, refreshToken };
    },

    async refresh(token) {
      if (!isRefreshToken(token)) throw unauthenticated();
      const usedHash = hashOf(token);
      // The verdict leaves the transaction as a value: an error would undo the revocation it reports.
      const { session, refreshToken, ended } = await store.transaction(async (tx) => {
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
      announce(ended);
      if (!session || !refreshToken) throw unauthenticated();
      return { sessionId: session.id, userId: session.userId, refreshToken };
    },

    findLive,
    isLive: async (sessionId) => (await findLive(sessionId)) !== undefined,

    async revoke(sessionId) {
      announce(await revokeSession(store.db, sessionId, clock.now()));
    },

    async revokeAllOf(userId, exceptSessionId) {
      const ended = await revokeSessionsOf(store.db, userId, clock.now(), exceptSessionId);
      for (const session of ended) announce(session);
    },

    onEnded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
