import type { Clock } from '../../lib/clock.ts';

/** Evidence older than this says nothing of now. */
const FRESH_MS = 60_000;

interface Sighting {
  atMs: number;
  failed: boolean;
  workedAtMs: number;
}

/** What the latest calls of all credentials say of the host, for when one credential's own say too little. */
export interface OutageDetector {
  /** A call ended: it worked, was answered otherwise, or failed (no answer, or a 5xx). */
  record(credentialId: string, outcome: 'worked' | 'answered' | 'failed'): void;
  /**
   * True when a failure of this credential is likelier an outage: it worked a moment ago, or the latest call
   * of another credential failed too.
   */
  suspectsOutage(credentialId: string): boolean;
}

/** Makes a witness; it remembers a minute. */
export function createOutageDetector(clock: Clock): OutageDetector {
  /** Latest last. */
  const sightings = new Map<string, Sighting>();

  const forgetOld = (): void => {
    const oldestMs = clock.now() - FRESH_MS;
    for (const [credentialId, { atMs }] of sightings) {
      if (atMs >= oldestMs) return;
      sightings.delete(credentialId);
    }
  };

  return {
    record: (credentialId, outcome) => {
      forgetOld();
      const atMs = clock.now();
      const before = sightings.get(credentialId)?.workedAtMs ?? Number.NEGATIVE_INFINITY;
      sightings.delete(credentialId);
      sightings.set(credentialId, {
        atMs,
        failed: outcome === 'failed',
        workedAtMs: outcome === 'worked' ? atMs : before,
      });
    },
    suspectsOutage: (credentialId) => {
      forgetOld();
      const workedAtMs = sightings.get(credentialId)?.workedAtMs ?? Number.NEGATIVE_INFINITY;
      const others = [...sightings].filter(([other]) => other !== credentialId);
      return clock.now() - workedAtMs <= FRESH_MS || others.at(-1)?.[1].failed === true;
    },
  };
}
