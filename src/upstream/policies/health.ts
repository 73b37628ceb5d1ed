import { GatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedState } from '../../lib/keyed-state.ts';
import { UpstreamFailure } from '../failure.ts';
import { type Breaker, createBreaker, type Verdict } from './breaker.ts';
import type { Policy } from './call.ts';

/** Failures in a row that open the breaker of one credential. */
const CREDENTIAL_FAILURES = 5;
/**
 * Failures in a row that open the breaker of the host, which stops all credentials. Only `unreachable` counts:
 * a plain 500 or a slow answer may be about one credential or one object.
 */
const HOST_FAILURES = 10;
const OPEN_MS = 5_000;

interface CredentialHealth {
  breaker: Breaker;
  /** No call before this moment: the upstream's own `Retry-After`. */
  pausedUntilMs: number;
}

/** Two policies, before and after the queue, that share the breakers of one host. */
export interface Health {
  /** Refuses at once, before a token is spent, while a breaker is open or the upstream asked for a pause. */
  refuseWhileDown: Policy;
  /** Checks again after the queue, then reports the outcome of the call to the breakers. */
  learnFromOutcome: Policy;
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

/** Creates the breakers of one upstream: one for the host, one for each credential. */
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
    const openMs = Math.max(host.retryInMs(), breaker.retryInMs());
    if (openMs > 0)
      throw new GatewayError('UPSTREAM_UNAVAILABLE', undefined, { retryAfter: seconds(openMs) });
    const pausedMs = pausedUntilMs - clock.now();
    if (pausedMs > 0)
      throw new GatewayError('UPSTREAM_THROTTLED', undefined, { retryAfter: seconds(pausedMs) });
  };

  const learnFromOutcome: Policy = async (call, context, next) => {
    assertUsable(call.credentialId);
    const credential = credentials.get(call.credentialId);
    const endForCredential = credential.breaker.begin();
    const endForHost = host.begin();
    const report = (ofCredential: Verdict, ofHost: Verdict): void => {
      endForCredential(ofCredential);
      endForHost(ofHost);
    };
    try {
      const answer = await next(context);
      report('up', 'up');
      return answer;
    } catch (error) {
      if (error instanceof UpstreamFailure) {
        report(credentialVerdict(error), hostVerdict(error));
        if (error.facts.again === 'later') {
          const pausedUntilMs = clock.now() + (error.details.retryAfter ?? 0) * 1_000;
          credential.pausedUntilMs = Math.max(credential.pausedUntilMs, pausedUntilMs);
        }
      } else report('unknown', 'unknown');
      throw error;
    }
  };

  return {
    refuseWhileDown: (call, context, next) => {
      assertUsable(call.credentialId);
      return next(context);
    },
    learnFromOutcome,
  };
}
