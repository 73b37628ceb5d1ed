import type { Clock } from '../../lib/clock.ts';
import { noMetrics } from '../../lib/metrics/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { createSingleFlight } from '../../lib/single-flight.ts';
import { spendBudget } from './budget.ts';
import type { AttemptPolicy, CallContext, CallPolicy, EndOfAttempt, Next, UpstreamCall } from './call.ts';
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
 * The way of every call to one upstream host, from the outside in: first the policies around the whole call, then those of each
 * attempt. The two lists are the order.
 * @param readings what counts the calls, and the breakers. @default nothing is counted, and the breakers are its own
 */
export function createPolicies(options: PolicyOptions, readings?: PolicyReadings): Execute {
  const { timeoutMs, burst, sharedBudget: shared, clock, random } = options;
  const observed = readings ?? { provider: 'QUANTCONNECT', metrics: noMetrics, health: createHealth(clock) };
  const { provider, metrics, health } = observed;
  const noteBudgets = (countWaiting: () => number): void =>
    metrics.upstreamBudgetWaiting.read(() => [{ labels: { provider }, value: countWaiting() }]);

  const ofCalls: readonly CallPolicy[] = [
    observeCalls(observed, clock),
    dedupeReads(),
    retryFailures(clock, random),
  ];
  const ofAttempts: readonly AttemptPolicy[] = [
    health.refuseWhileDown,
    spendBudget({ ...options, onCreated: noteBudgets }),
    ...(shared ? [spendSharedBudget({ shared, burst, clock })] : []),
    takePlace(options),
    health.learnFromOutcome,
    observeAttempts(observed),
  ];

  const run = <T>(call: UpstreamCall, context: CallContext, send: Next<T>, at: number): Promise<T> => {
    const policy = ofCalls[at];
    return policy
      ? policy(call, context, (changed) => run(call, changed, send, at + 1))
      : attempt(ofAttempts, call, context, send);
  };

  return (call, send, signal) =>
    run(
      call,
      {
        signal,
        // For queueing, pauses and all attempts together. Policies compare their waits with it.
        deadlineAtMs: clock.steadyMs() + DEADLINE_PER_TIMEOUT * timeoutMs,
        attempt: 1,
        afterLoss: false,
        progress: { attempts: 0, isShared: false },
      },
      send,
      0,
    );
}

/** Sends once, if every policy lets it. The policies that let it learn how it has ended, the last one first. */
async function attempt<T>(
  policies: readonly AttemptPolicy[],
  call: UpstreamCall,
  context: CallContext,
  send: Next<T>,
): Promise<T> {
  const ends: EndOfAttempt[] = [];
  let failure: unknown;
  try {
    for (const policy of policies) {
      const asked = policy(call, context);
      // Most policies answer at once: an `await` for each of them costs more than what they do.
      const end = asked instanceof Promise ? await asked : asked;
      if (end !== undefined) ends.push(end);
    }
    return await send(context);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    for (const end of ends.reverse()) {
      const told = end(failure);
      if (told instanceof Promise) await told;
    }
  }
}

/**
 * Gives equal reads of one credential that are under way one shared answer. Reads of two credentials are never
 * shared, because one could see data of the other. A poll joins a client's read, but a client's read does not
 * join a poll, because it would wait in the poll's priority. After a change, reads do not join a read that began
 * before it, so that clients read what they wrote. A read that joins an earlier one began when that did.
 */
function dedupeReads(): CallPolicy {
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
      answer: await next(signal === context.signal ? context : { ...context, signal }),
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
