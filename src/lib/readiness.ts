/** A part that does not work although the process can serve requests. */
export interface ReadinessWarning {
  /** The part, in lower case: `redis`. */
  name: string;
  /** What follows from it, for operators; without addresses and secrets, because anyone may read it. */
  detail: string;
}

/** Whether a process should be sent requests. */
export interface Readiness {
  isReady: boolean;
  warnings: ReadinessWarning[];
}

/** How each part of a process is, for administrators. */
export interface ReadinessParts {
  store: { kind: 'SQLite' | 'PostgreSQL'; isUsable: boolean };
  /** Null without `REDIS_URL`. */
  redis: { isUsable: boolean } | null;
  upstreams: {
    provider: 'QUANTCONNECT' | 'QUANTCDN';
    /** True while the calls of all owners are refused. */
    isBreakerOpen: boolean;
    /** Owners whose calls are refused, because the upstream fails for them. */
    openOwnerBreakers: number;
    /** How far the clock of the upstream is ahead; 0 until it differs by more than a second. */
    clockOffsetSeconds: number;
  }[];
  /** Watches that are due and that no process polls, over all replicas, and how late the latest is; null if not known. */
  watches: { due: number; latestSeconds: number } | null;
}

/** Balancers notice within 5 s that a process is not ready. A short timeout has to leave time for requests too. */
export function defaultDrainDelayMs(isProduction: boolean, shutdownTimeoutMs: number): number {
  return isProduction ? Math.min(5_000, shutdownTimeoutMs / 2) : 0;
}
