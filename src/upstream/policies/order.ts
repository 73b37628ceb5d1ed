import type { Clock } from '../../lib/clock.ts';
import { noMetrics } from '../../lib/metrics/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { createSingleFlight } from '../../lib/single-flight.ts';
import { spendBudget } from './budget.ts';
import type { CallContext, Next, Policy, UpstreamCall } from './call.ts';
import { createHealth, type Health } from './health.ts';
import { type Observed, observeAttempts, observeCalls } from './observe.ts';
import { takePlace } from './places.ts';
import { retryFailures } from './retry.ts';
import { type SharedBudget, spendSharedBudget } from './shared-budget.ts';

/** Limits of one upstream (docs/operate/configuration.md, Upstreams), clock and randomness. */
export interface PolicyOptions {
  /** For one attempt, headers and body; a call with its waits and retries gets twice that. */
  timeoutMs: number;
  /** Calls a second for one account of one owner. */
  ratePerSecond: number;
  /** Calls at once for an account that has been idle. */
  burst: number;
  /** Calls under way at a time, of all owners together. */
  connections: number;
  /** Calls of one owner under way at a time. */
  connectionsPerOwner: number;
  /** The budget of all replicas together, when there are several. */
  sharedBudget?: SharedBudget | undefined;
  clock: Clock;
  random: Random;
}

/** The deadline of a call, as a multiple of the timeout of one attempt. */
const DEADLINE_PER_TIMEOUT = 2;

/** Runs one call through every policy; `send` signs and sends one attempt. */
export type Execute = <T>(call: UpstreamCall, send: Next<T>, signal?: AbortSignal) => Promise<T>;

/** What is read of the policies from outside. */
export interface PolicyReadings extends Observed {
  health: Health;
}

/**
 * The way of every call to one upstream host, from the outside in. The list is the order.
 * @param readings what counts the calls, and the breakers. @default nothing is counted, and the breakers are its own
 */
export function createPolicies(options: PolicyOptions, readings?: PolicyReadings): Execute {
  const { timeoutMs, burst, sharedBudget: shared, clock, random } = options;
  const observed = readings ?? { provider: 'QUANTCONNECT', metrics: noMetrics, health: createHealth(clock) };
  const { provider, metrics, health } = observed;
  const noteBudgets = (countWaiting: () => number): void =>
    metrics.upstreamBudgetWaiting.read(() => [{ labels: { provider }, value: countWaiting() }]);

  const order: readonly Policy[] = [
    observeCalls(observed, clock),
    dedupeReads(),
    setDeadline(DEADLINE_PER_TIMEOUT * timeoutMs, clock),
    retryFailures(clock, random),
    health.refuseWhileDown,
    spendBudget({ ...options, onCreated: noteBudgets }),
    ...(shared ? [spendSharedBudget({ shared, burst, clock })] : []),
    takePlace(options),
    health.learnFromOutcome,
    observeAttempts(observed),
  ];

  const run = <T>(call: UpstreamCall, context: CallContext, send: Next<T>, at: number): Promise<T> => {
    const policy = order[at];
    return policy ? policy(call, context, (changed) => run(call, changed, send, at + 1)) : send(context);
  };

  return (call, send, signal) =>
    run(
      call,
      {
        signal,
        deadlineAtMs: Number.POSITIVE_INFINITY,
        attempt: 1,
        afterLoss: false,
        progress: { attempts: 0, isShared: false },
      },
      send,
      0,
    );
}

/**
 * Gives equal reads of one credential that are under way one shared answer. Reads of two credentials are never
 * shared, because one could see data of the other. A poll joins a client's read, but a client's read does not
 * join a poll, because it would wait in the poll's priority. After a change, reads do not join a read that began
 * before it, so that clients read what they wrote. A read that joins an earlier one began when that did.
 */
function dedupeReads(): Policy {
  const flights = createSingleFlight();
  /** Lower than every stored revision: a read without a start, which says nothing of when it began. */
  const unknownRevision = -1;
  const flightKey = (priority: UpstreamCall['priority'], key: string) => `${priority} ${key}`;

  return async (call, context, next) => {
    const { credentialId, key, priority, start } = call;
    if (call.repeat !== 'read') {
      return next(context).finally(() => flights.forget(credentialId));
    }
    const interactive = flightKey('interactive', key);
    const joined = flights.has(credentialId, interactive) ? interactive : flightKey(priority, key);
    const begin = async (signal: AbortSignal | undefined) => ({
      revision: start?.revision ?? unknownRevision,
      answer: await next({ ...context, signal }),
      progress: context.progress,
    });
    const isShared = flights.has(credentialId, joined);
    context.progress.isShared = isShared;
    const { revision, progress, answer } = await flights.run(credentialId, joined, begin, context.signal);
    if (isShared) Object.assign(context.progress, progress, { isShared });
    if (start) start.revision = Math.min(start.revision, revision);
    return answer;
  };
}

/**
 * Gives the whole call `deadlineMs`, for queueing, pauses and all attempts together. Later policies compare
 * their waits with it, and an attempt gets at most the time that is left.
 */
function setDeadline(deadlineMs: number, clock: Clock): Policy {
  return (_call, context, next) => next({ ...context, deadlineAtMs: clock.steadyMs() + deadlineMs });
}
