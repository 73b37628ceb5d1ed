import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ConnectionRegistry } from './registry.ts';

/** What a sweep goes through, and whom it asks. */
export interface SweepDeps {
  registry: ConnectionRegistry;
  /** Which of these sessions are over. */
  findRevoked(sessionIds: readonly string[]): Promise<string[]>;
  clock: Clock;
  logger: Logger;
}

/** How often. A session that ended on another replica costs its sockets this long at most, whatever got lost. */
const SWEEP_MS = 20_000;

/**
 * Asks the store now and then whether the sessions of all that is open are still alive, and closes what is not.
 * @returns how to stop
 */
export function sweepSessions({ registry, findRevoked, clock, logger }: SweepDeps): () => void {
  let isStopped = false;
  let timer: Timer | undefined;

  const sweep = async (): Promise<void> => {
    try {
      const open = registry.sessionIds();
      if (open.length === 0) return;
      for (const sessionId of await findRevoked(open)) registry.endSession(sessionId);
    } catch (error) {
      logger.warn({ err: error }, 'the sessions of open sockets could not be looked up');
    }
  };
  const planNext = (): void => {
    timer = clock.after(SWEEP_MS, () => {
      void sweep().then(() => {
        if (!isStopped) planNext();
      });
    });
  };
  planNext();

  return () => {
    isStopped = true;
    timer?.cancel();
  };
}
