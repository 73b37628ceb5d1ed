import type { Clock } from '../../lib/clock.ts';
import type { Viewer } from '../../viewer.ts';

/** An acknowledged socket. */
export interface LiveConnection {
  viewer(): Viewer | undefined;
  close(code: number, reason: string): void;
}

/** Every acknowledged socket, by user. */
export interface ConnectionRegistry {
  /** False when the user has as many as allowed. */
  add(userId: string, socket: LiveConnection): boolean;
  remove(userId: string, socket: LiveConnection): void;
  /** Whose sessions anything is open for. */
  sessionIds(): string[];
  /** Closes the sockets of a session that has ended. */
  endSession(sessionId: string): void;
  /** Says goodbye to all, spread over `spreadMs`, so that they do not come back all at once. */
  drain(spreadMs: number): Promise<void>;
}

export function createConnectionRegistry(maxPerUser: number, clock: Clock): ConnectionRegistry {
  const byUser = new Map<string, Set<LiveConnection>>();
  const all = (): LiveConnection[] => [...byUser.values()].flatMap((sockets) => [...sockets]);
  return {
    add(userId, socket) {
      const sockets = byUser.get(userId) ?? new Set();
      if (sockets.size >= maxPerUser) return false;
      byUser.set(userId, sockets.add(socket));
      return true;
    },
    remove(userId, socket) {
      const sockets = byUser.get(userId);
      sockets?.delete(socket);
      if (sockets?.size === 0) byUser.delete(userId);
    },
    sessionIds: () => [...new Set(all().flatMap((socket) => socket.viewer()?.sessionId ?? []))],
    endSession(sessionId) {
      for (const socket of all()) {
        if (socket.viewer()?.sessionId === sessionId) socket.close(4403, 'Session ended');
      }
    },
    async drain(spreadMs) {
      const sockets = all();
      await Promise.all(
        sockets.map(async (socket, index) => {
          const waitMs = (spreadMs * index) / sockets.length;
          if (waitMs > 0) await clock.sleep(waitMs);
          socket.close(1001, 'Going away');
        }),
      );
    },
  };
}
