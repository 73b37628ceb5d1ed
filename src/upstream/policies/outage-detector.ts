import type { Clock } from '../../lib/clock.ts';

/** Outcomes older than this are not evidence any more. */
const FRESH_MS = 60_000;

interface LatestOutcome {
  atMs: number;
  failed: boolean;
  workedAtMs: number;
}

/** Decides from the calls of all credentials whether the host itself fails. It remembers one minute. */
export interface OutageDetector {
  /** `worked`: success. `answered`: the upstream refused. `failed`: no answer, or a 5xx. */
  record(credentialId: string, outcome: 'worked' | 'answered' | 'failed'): void;
  /**
   * True when a failure of this credential is probably an outage: the credential worked within the last minute,
   * or the latest call of another credential failed too.
   */
  suspectsOutage(credentialId: string): boolean;
}

export function createOutageDetector(clock: Clock): OutageDetector {
  /** In the order of their time. */
  const latest = new Map<string, LatestOutcome>();

  const forgetOld = (): void => {
    const oldestMs = clock.steadyMs() - FRESH_MS;
    for (const [credentialId, { atMs }] of latest) {
      if (atMs >= oldestMs) return;
      latest.delete(credentialId);
    }
  };

  return {
    record: (credentialId, outcome) => {
      forgetOld();
      const atMs = clock.steadyMs();
      const before = latest.get(credentialId)?.workedAtMs ?? Number.NEGATIVE_INFINITY;
      latest.delete(credentialId);
      latest.set(credentialId, {
        atMs,
        failed: outcome === 'failed',
        workedAtMs: outcome === 'worked' ? atMs : before,
      });
    },
    suspectsOutage: (credentialId) => {
      forgetOld();
      const workedAtMs = latest.get(credentialId)?.workedAtMs ?? Number.NEGATIVE_INFINITY;
      const others = [...latest].filter(([other]) => other !== credentialId);
      return clock.steadyMs() - workedAtMs <= FRESH_MS || others.at(-1)?.[1].failed === true;
    },
  };
}
