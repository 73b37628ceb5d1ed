import type { Clock } from '../../lib/clock.ts';

/** Outcomes older than this are not evidence any more. */
const FRESH_MS = 60_000;

/** Whose call it was. */
interface CallerKey {
  ownerId: string;
  credentialId: string;
}

interface LatestOutcome {
  ownerId: string;
  atMs: number;
  failed: boolean;
  workedAtMs: number;
}

/** Decides from the calls of all owners whether the host itself fails. It remembers one minute. */
export interface OutageDetector {
  /** `worked`: success. `answered`: the upstream refused. `failed`: no answer, or a 5xx. */
  record(caller: CallerKey, outcome: 'worked' | 'answered' | 'failed'): void;
  /**
   * True when a failure of this credential is probably an outage: the credential worked within the last minute, or for most
   * owners the latest call with another credential failed too. Each owner counts once, however many credentials it tries.
   */
  suspectsOutage(caller: CallerKey): boolean;
}

export function createOutageDetector(clock: Clock): OutageDetector {
  /** By credential, in the order of their time. */
  const latest = new Map<string, LatestOutcome>();

  const forgetOld = (): void => {
    const oldestMs = clock.steadyMs() - FRESH_MS;
    for (const [credentialId, { atMs }] of latest) {
      if (atMs >= oldestMs) return;
      latest.delete(credentialId);
    }
  };

  return {
    record: ({ ownerId, credentialId }, outcome) => {
      forgetOld();
      const atMs = clock.steadyMs();
      const before = latest.get(credentialId)?.workedAtMs ?? Number.NEGATIVE_INFINITY;
      latest.delete(credentialId);
      latest.set(credentialId, {
        ownerId,
        atMs,
        failed: outcome === 'failed',
        workedAtMs: outcome === 'worked' ? atMs : before,
      });
    },
    suspectsOutage: ({ credentialId }) => {
      forgetOld();
      const workedAtMs = latest.get(credentialId)?.workedAtMs ?? Number.NEGATIVE_INFINITY;
      if (clock.steadyMs() - workedAtMs <= FRESH_MS) return true;
      const failedOf = new Map<string, boolean>();
      for (const [other, { ownerId, failed }] of latest) {
        if (other !== credentialId) failedOf.set(ownerId, failed);
      }
      const failing = [...failedOf.values()].filter((failed) => failed).length;
      return 2 * failing > failedOf.size;
    },
  };
}
