import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ConnectionRegistry } from './registry.ts';

export interface SessionSweepDeps {
  registry: ConnectionRegistry;
  /** Reads from the store which of these sessions are revoked. */
  findRevoked(sessionIds: readonly string[]): Promise<string[]>;
  clock: Clock;
  logger: Logger;
}

/**
 * Revocations are announced between replicas, but an announcement can be lost. With the time of a query, the sweep closes
 * connections of a revoked session within 5 s.
 */
const SWEEP_INTERVAL_MS = 4_000;

/**
 * Checks at intervals in the store whether the sessions of open connections are still valid, and closes the
 * connections of revoked ones. A failed check is logged and repeated at the next interval.
 * @returns a function that stops the sweep
 */
export function sweepSessions({ registry, findRevoked, clock, logger }: SessionSweepDeps): () => void {
  let isStopped = false;
  let timer: Timer | undefined;

  const sweep = async (): Promise<void> => {
    try {
      const sessionIds = registry.sessionIds();
      if (sessionIds.length === 0) return;
      for (const sessionId of await findRevoked(sessionIds)) registry.endSession(sessionId);
    } catch (error) {
      logger.warn({ err: error }, 'session check of open connections failed; retrying at the next sweep');
    }
  };
  const scheduleNext = (): void => {
    timer = clock.after(SWEEP_INTERVAL_MS, () => {
      void sweep().then(() => {
        if (!isStopped) scheduleNext();
      });
    });
  };
  scheduleNext();

  return () => {
    isStopped = true;
    timer?.cancel();
  };
}
