import { GatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedState } from '../../lib/keyed-state.ts';
import { UpstreamFailure } from '../failure.ts';
import { type Breaker, createBreaker, type Verdict } from './breaker.ts';
import type { AttemptPolicy, CallContext, UpstreamCall } from './call.ts';
import { createHostBreaker } from './host-breaker.ts';
import { createPause, type Pause } from './pause.ts';

/** Failures in a row that open the breaker of one owner. */
const OWNER_FAILURES = 5;
const OPEN_MS = 5_000;

/** Two policies, before and after the queue, that share the breakers of one host. Urgent calls pass both once. */
export interface Health {
  /** Refuses at once, before a token is spent, while a breaker is open or the upstream asked for a pause. */
  refuseWhileDown: AttemptPolicy;
  /** Checks again after the queue, then reports the outcome of the call to the breakers. */
  learnFromOutcome: AttemptPolicy;
  /** Which breakers refuse calls now: that of the host, and those of how many owners. */
  openBreakers(): { host: boolean; owners: number };
}

function ownerVerdict(failure: UpstreamFailure): Verdict {
  return failure.facts.health === 'answered' ? 'up' : 'down';
}

/** Only `unreachable` counts: a plain 500 or a slow answer may be about one credential or one object. */
function hostVerdict(failure: UpstreamFailure): Verdict {
  if (failure.facts.health === 'answered') return 'up';
  return failure.facts.health === 'unreachable' ? 'down' : 'unknown';
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

/** Creates the breakers of one upstream: one for the host, one for each owner; and the pauses of its accounts. */
export function createHealth(clock: Clock): Health {
  const host = createHostBreaker({ openMs: OPEN_MS, clock });
  const owners = createKeyedState<Breaker>({
    create: () => createBreaker({ failuresToOpen: OWNER_FAILURES, openMs: OPEN_MS, clock }),
    isIdle: (breaker) => breaker.isIdle(),
    clock,
  });
  const accounts = createKeyedState<Pause>({
    create: () => createPause(clock),
    isIdle: (pause) => pause.isIdle(),
    clock,
  });

  const assertUsable = (call: UpstreamCall, { attempt }: CallContext): void => {
    const { ownerId, isUrgent } = call;
    if (isUrgent && attempt === 1) return;
    const openMs = Math.max(host.retryInMs(ownerId), owners.get(ownerId).retryInMs());
    if (openMs > 0)
      throw new GatewayError('UPSTREAM_UNAVAILABLE', undefined, { retryAfter: seconds(openMs) });
    const pausedMs = accounts.get(call.ownedAccount).retryInMs();
    if (pausedMs > 0)
      throw new GatewayError('UPSTREAM_THROTTLED', undefined, { retryAfter: seconds(pausedMs) });
  };

  const learnFromOutcome: AttemptPolicy = (call, context) => {
    assertUsable(call, context);
    const endForOwner = owners.get(call.ownerId).begin();
    const endForHost = host.begin(call.ownerId);
    const endForPause = accounts.get(call.ownedAccount).begin();
    const report = (ofOwner: Verdict, ofHost: Verdict, askedPauseMs?: number): void => {
      endForOwner(ofOwner);
      endForHost(ofHost);
      endForPause(askedPauseMs === undefined ? ofOwner : { throttledMs: askedPauseMs });
    };
    return (error) => {
      if (error === undefined) report('up', 'up');
      else if (error instanceof UpstreamFailure)
        report(ownerVerdict(error), hostVerdict(error), error.facts.askedPauseMs);
      else report('unknown', 'unknown');
    };
  };

  return {
    refuseWhileDown: (call, context) => {
      assertUsable(call, context);
      return undefined;
    },
    learnFromOutcome,
    openBreakers: () => ({
      host: host.isOpen(),
      owners: [...owners.values()].filter((breaker) => breaker.isOpen()).length,
    }),
  };
}
