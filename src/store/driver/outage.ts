import type { Logger } from '../../lib/logger.ts';

/** Logs the beginning and the end of an outage of the database, one line each. */
export interface Outage {
  readonly isUnderWay: boolean;
  /** @param error why the database cannot be used */
  begin(error: unknown): void;
  /** Does nothing unless an outage is under way. */
  end(): void;
}

/** @param what the subject of the lines, such as `PostgreSQL` */
export function createOutage(what: string, logger: Logger | undefined): Outage {
  let startedAtMs: number | undefined;
  return {
    get isUnderWay() {
      return startedAtMs !== undefined;
    },
    begin(error) {
      if (startedAtMs !== undefined) return;
      startedAtMs = performance.now();
      logger?.error({ err: error }, `${what} cannot be used; answering 503 until it can`);
    },
    end() {
      if (startedAtMs === undefined) return;
      logger?.info({ outageMs: Math.round(performance.now() - startedAtMs) }, `${what} can be used again`);
      startedAtMs = undefined;
    },
  };
}
