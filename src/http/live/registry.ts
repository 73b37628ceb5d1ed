import type { Clock } from '../../lib/clock.ts';
import type { Reading } from '../../lib/metrics/metrics.ts';
import type { Viewer } from '../../viewer.ts';

/** An open WebSocket or event stream of a signed-in user. */
export interface LiveConnection {
  transport: 'websocket' | 'sse';
  viewer(): Viewer | undefined;
  /** @param code a WebSocket close code; an event stream sends the reason only */
  close(code: number, reason: string): void;
  /** Ends subscriptions and begins no further operation; closes as soon as queries and mutations under way are answered. */
  leave(): void;
  /** Answers the queries and mutations under way without their outcome, and closes. */
  cut(): void;
}

/** Code and reason with which a process that stops closes its connections. */
export const GOING_AWAY = [1001, 'Going away'] as const;

const SESSION_ENDED = [4403, 'Session ended'] as const;

/**
 * How long the end of a session is remembered: a connection that was being opened when its session ended, after the store
 * was asked, is registered within this time. The sweep finds what comes later.
 */
const REMEMBER_ENDED_MS = 30_000;
const MAX_ENDED = 10_000;

/** All open WebSockets and event streams, by user. */
export interface ConnectionRegistry {
  /**
   * Adds a connection whose viewer is known. One whose session has ended since it was checked is closed at once.
   * @returns false when the user already has the maximum number of connections
   */
  add(userId: string, connection: LiveConnection): boolean;
  remove(userId: string, connection: LiveConnection): void;
  /** What the open connections depend on: the ids of their sessions, and of the rights of their users. */
  sessionIds(): string[];
  /** True when the viewer's session has ended, or the rights have changed, and it was announced lately. */
  hasEnded(viewer: Viewer): boolean;
  /** Closes the connections of a session that was revoked, or of rights that have changed. */
  endSession(sessionId: string): void;
  /** Lets all connections leave, spread over `spreadMs`, so that clients do not all reconnect at the same time. */
  drain(spreadMs: number): Promise<void>;
  /** Closes all connections now, and answers what is under way on them. */
  cutAll(): void;
  /** How many connections are open, by transport. */
  count(): Reading<'transport'>[];
}

export function createConnectionRegistry(maxPerUser: number, clock: Clock): ConnectionRegistry {
  const byUser = new Map<string, Set<LiveConnection>>();
  /** Sessions that have ended, each with the time until which it is remembered. */
  const ended = new Map<string, number>();
  let isDraining = false;
  const hasEnded = (viewer: Viewer): boolean => groundsOf(viewer).some((id) => ended.has(id));
  const all = (): LiveConnection[] => [...byUser.values()].flatMap((connections) => [...connections]);
  return {
    add(userId, connection) {
      const connections = byUser.get(userId) ?? new Set();
      if (connections.size >= maxPerUser) return false;
      byUser.set(userId, connections.add(connection));
      const viewer = connection.viewer();
      if (viewer && hasEnded(viewer)) connection.close(...SESSION_ENDED);
      else if (isDraining) connection.leave();
      return true;
    },
    hasEnded,
    remove(userId, connection) {
      const connections = byUser.get(userId);
      connections?.delete(connection);
      if (connections?.size === 0) byUser.delete(userId);
    },
    sessionIds: () => [...new Set(all().flatMap((connection) => groundsOf(connection.viewer())))],
    endSession(sessionId) {
      const nowMs = clock.steadyMs();
      for (const [id, untilMs] of ended) {
        if (untilMs > nowMs && ended.size < MAX_ENDED) break;
        ended.delete(id);
      }
      ended.set(sessionId, nowMs + REMEMBER_ENDED_MS);
      for (const connection of all()) {
        if (groundsOf(connection.viewer()).includes(sessionId)) connection.close(...SESSION_ENDED);
      }
    },
    async drain(spreadMs) {
      isDraining = true;
      const connections = all();
      await Promise.all(
        connections.map(async (connection, index) => {
          const waitMs = (spreadMs * index) / connections.length;
          if (waitMs > 0) await clock.sleep(waitMs);
          connection.leave();
        }),
      );
    },
    cutAll() {
      for (const connection of all()) connection.cut();
    },
    count() {
      const counts = { websocket: 0, sse: 0 };
      for (const { transport } of all()) counts[transport] += 1;
      return Object.entries(counts).map(([transport, value]) => ({ labels: { transport }, value }));
    },
  };
}

/** What a connection depends on: it is closed when one of these ends. */
function groundsOf(viewer: Viewer | undefined): string[] {
  if (viewer === undefined) return [];
  return viewer.rightsId === undefined ? [viewer.sessionId] : [viewer.sessionId, viewer.rightsId];
}
