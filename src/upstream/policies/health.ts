import { GatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedState } from '../../lib/keyed-state.ts';
import { UpstreamFailure } from '../failure.ts';
import { type Breaker, createBreaker, type Verdict } from './breaker.ts';
import type { CallContext, Policy, UpstreamCall } from './call.ts';
import { createPause, type Pause } from './pause.ts';

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
  pause: Pause;
}

/** Two policies, before and after the queue, that share the breakers of one host. Urgent calls pass both once. */
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
      pause: createPause(clock),
    }),
    isIdle: ({ breaker, pause }) => breaker.isIdle() && pause.isIdle(),
    clock,
  });

  const assertUsable = ({ credentialId, isUrgent }: UpstreamCall, { attempt }: CallContext): void => {
    if (isUrgent && attempt === 1) return;
    const { breaker, pause } = credentials.get(credentialId);
    const openMs = Math.max(host.retryInMs(), breaker.retryInMs());
    if (openMs > 0)
      throw new GatewayError('UPSTREAM_UNAVAILABLE', undefined, { retryAfter: seconds(openMs) });
    const pausedMs = pause.retryInMs();
    if (pausedMs > 0)
      throw new GatewayError('UPSTREAM_THROTTLED', undefined, { retryAfter: seconds(pausedMs) });
  };

  const learnFromOutcome: Policy = async (call, context, next) => {
    assertUsable(call, context);
    const credential = credentials.get(call.credentialId);
    const endForCredential = credential.breaker.begin();
    const endForHost = host.begin();
    const endForPause = credential.pause.begin();
    const report = (ofCredential: Verdict, ofHost: Verdict, askedPauseMs?: number): void => {
      endForCredential(ofCredential);
      endForHost(ofHost);
      endForPause(askedPauseMs === undefined ? ofCredential : { throttledMs: askedPauseMs });
    };
    try {
      const answer = await next(context);
      report('up', 'up');
      return answer;
    } catch (error) {
      if (error instanceof UpstreamFailure) {
        report(credentialVerdict(error), hostVerdict(error), error.facts.askedPauseMs);
      } else report('unknown', 'unknown');
      throw error;
    }
  };

  return {
    refuseWhileDown: async (call, context, next) => {
      assertUsable(call, context);
      return next(context);
    },
    learnFromOutcome,
  };
}
