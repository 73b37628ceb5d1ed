import type { Clock } from '../../lib/clock.ts';
import { createLru } from '../../lib/lru.ts';
import type { Verdict } from './breaker.ts';

/** Failures in a row, without an answer to anyone in between, with which one owner counts as a witness. */
const WITNESS_FAILURES = 3;
/** Witnesses that open the breaker; two are enough where no third owner has called lately. One never is. */
const MAX_WITNESSES = 3;
const MIN_WITNESSES = 2;
/** An owner without a call for so long is not waited for. */
const ACTIVE_MS = 60_000;
/** For so long an owner whose last call was answered is not stopped by what others say. */
const ANSWERED_MS = 600_000;
/** Owners whose last answer is remembered. */
const MAX_ANSWERED = 10_000;

/**
 * The breaker of a host, which stops the calls of all owners. It opens when distinct owners agree that the host fails. One
 * owner alone never opens it, however many accounts and candidates it tries: its own breaker stops its calls. An owner
 * whose own last call was answered has better evidence than others have: its calls pass until one of them fails.
 */
export interface HostBreaker {
  /** Milliseconds until a call of this owner may be tried; 0 when it may go through now. */
  retryInMs(ownerId: string): number;
  /** Starts a call, as the probe if one is due. The returned function must be called once, with the outcome. */
  begin(ownerId: string): (verdict: Verdict) => void;
  /** True while it refuses calls. */
  isOpen(): boolean;
}

/** @param options.openMs time until a probe, and again until the owner of the last probe may send the next */
export function createHostBreaker({ openMs, clock }: { openMs: number; clock: Clock }): HostBreaker {
  /** When the next probe may be sent; undefined while the breaker is closed. */
  let nextProbeAtMs: number | undefined;
  let lastProber: string | undefined;
  /** Failures of each owner since the last answer to anyone. */
  const failures = new Map<string, number>();
  /** The time of each owner's last call, the oldest first. */
  const lastCalls = new Map<string, number>();
  /** When the latest call of each owner was answered; null once a later one has failed. */
  const answered = createLru<string, number | null>(MAX_ANSWERED);

  const noteCall = (ownerId: string): void => {
    const nowMs = clock.steadyMs();
    lastCalls.delete(ownerId);
    lastCalls.set(ownerId, nowMs);
    for (const [oldest, atMs] of lastCalls) {
      if (nowMs - atMs <= ACTIVE_MS) return;
      lastCalls.delete(oldest);
      failures.delete(oldest);
    }
  };

  const isWitnessed = (): boolean => {
    const witnesses = [...failures.values()].filter((count) => count >= WITNESS_FAILURES).length;
    return witnesses >= Math.max(MIN_WITNESSES, Math.min(MAX_WITNESSES, lastCalls.size));
  };

  const isTrusted = (ownerId: string): boolean => {
    const atMs = answered.get(ownerId) ?? Number.NEGATIVE_INFINITY;
    return clock.steadyMs() - atMs <= ANSWERED_MS;
  };

  const probeInMs = (ownerId: string): number => {
    if (nextProbeAtMs === undefined) return 0;
    const turnMs = ownerId === lastProber ? openMs : 0;
    return Math.max(0, nextProbeAtMs + turnMs - clock.steadyMs());
  };

  const learn = (ownerId: string, verdict: Verdict, wasProbe: boolean): void => {
    if (verdict !== 'unknown') answered.set(ownerId, verdict === 'up' ? clock.steadyMs() : null);
    if (verdict === 'up') {
      nextProbeAtMs = undefined;
      lastProber = undefined;
      failures.clear();
    } else if (wasProbe && nextProbeAtMs !== undefined) {
      // The outcome of a probe may be unknown; then another owner may send the next one at once.
      nextProbeAtMs = clock.steadyMs() + (verdict === 'down' ? openMs : 0);
    } else if (verdict === 'down' && nextProbeAtMs === undefined) {
      failures.set(ownerId, (failures.get(ownerId) ?? 0) + 1);
      if (!isWitnessed()) return;
      failures.clear();
      nextProbeAtMs = clock.steadyMs() + openMs;
    }
  };

  return {
    isOpen: () => nextProbeAtMs !== undefined,
    retryInMs: (ownerId) => (isTrusted(ownerId) ? 0 : probeInMs(ownerId)),
    begin: (ownerId) => {
      noteCall(ownerId);
      // An urgent call, or one of a trusted owner, passes while the breaker is open. It is no probe, so it cannot keep it open.
      const isProbe = nextProbeAtMs !== undefined && probeInMs(ownerId) === 0;
      if (isProbe) {
        lastProber = ownerId;
        nextProbeAtMs = clock.steadyMs() + openMs;
      }
      return (verdict) => learn(ownerId, verdict, isProbe);
    },
  };
}
