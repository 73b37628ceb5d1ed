import { GatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedState } from '../../lib/keyed-state.ts';
import { UpstreamFailure } from '../failure.ts';
import { type Breaker, createBreaker, type Verdict } from './breaker.ts';
import type { Policy } from './call.ts';

/** Failures in a row that open the breaker of one credential. */
const CREDENTIAL_FAILURES = 5;
/**
 * The host's breaker stops everyone, so it counts only what speaks of the host itself (`unreachable`) and
 * takes longer to believe it: a bare 500 or a slow answer may be about one credential or one object.
 */
const HOST_FAILURES = 10;
const OPEN_MS = 5_000;

interface CredentialHealth {
  breaker: Breaker;
  /** No call before this moment: the upstream's own `Retry-After`. */
  pausedUntilMs: number;
}

/** Who may be called now; the two policies around the queue share what they know. */
export interface Health {
  /** Answers at once, without waiting for a token, while the breaker is open or the upstream asked for a pause. */
  refuseWhileDown: Policy;
  /** Asks again after the queue, then learns from the outcome. */
  watch: Policy;
}

function credentialVerdict(failure: UpstreamFailure): Verdict {
  return failure.facts.health === 'answered' ? 'up' : 'down';
}

function hostVerdict(failure: UpstreamFailure): Verdict {
  if (failure.facts.health === 'answered') return 'up';
  return failure.facts.health === 'unreachable' ? 'down' : 'unknown';
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

/** Makes the breakers of one upstream host: one for the host, one for each credential. */
export function createHealth(clock: Clock): Health {
  const host = createBreaker({ failuresToOpen: HOST_FAILURES, openMs: OPEN_MS, clock });
  const credentials = createKeyedState<CredentialHealth>({
    create: () => ({
      breaker: createBreaker({ failuresToOpen: CREDENTIAL_FAILURES, openMs: OPEN_MS, clock }),
      pausedUntilMs: 0,
    }),
    isIdle: ({ breaker, pausedUntilMs }) => breaker.isIdle() && pausedUntilMs <= clock.now(),
    clock,
  });

  const assertUsable = (credentialId: string): void => {
    const { breaker, pausedUntilMs } = credentials.get(credentialId);
    const openMs = Math.max(host.closedForMs(), breaker.closedForMs());
    if (openMs > 0)
      throw new GatewayError('UPSTREAM_UNAVAILABLE', undefined, { retryAfter: seconds(openMs) });
    const pausedMs = pausedUntilMs - clock.now();
    if (pausedMs > 0)
      throw new GatewayError('UPSTREAM_THROTTLED', undefined, { retryAfter: seconds(pausedMs) });
  };

  const watch: Policy = async (call, pass, next) => {
    assertUsable(call.credentialId);
    const credential = credentials.get(call.credentialId);
    const verdicts = [credential.breaker.begin(), host.begin()] as const;
    const tell = (ofCredential: Verdict, ofHost: Verdict): void => {
      verdicts[0](ofCredential);
      verdicts[1](ofHost);
    };
    try {
      const answer = await next(pass);
      tell('up', 'up');
      return answer;
    } catch (error) {
      if (error instanceof UpstreamFailure) {
        tell(credentialVerdict(error), hostVerdict(error));
        if (error.facts.again === 'later') {
          const pausedUntilMs = clock.now() + (error.details.retryAfter ?? 0) * 1_000;
          credential.pausedUntilMs = Math.max(credential.pausedUntilMs, pausedUntilMs);
        }
      } else tell('unknown', 'unknown');
      throw error;
    }
  };

  return {
    refuseWhileDown: (call, pass, next) => {
      assertUsable(call.credentialId);
      return next(pass);
    },
    watch,
  };
}
