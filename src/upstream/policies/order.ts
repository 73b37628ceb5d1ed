import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { spendBudget } from './budget.ts';
import type { Next, Pass, Policy, UpstreamCall } from './call.ts';
import { withinDeadline } from './deadline.ts';
import { dedupeReads } from './dedupe-reads.ts';
import { createHealth } from './health.ts';
import { retryReads } from './retry.ts';
import { type SharedBudget, spendSharedBudget } from './shared-budget.ts';

/** Limits of one upstream (contract, section 2) and the outside world. */
export interface PolicyOptions {
  /** For one attempt, headers and body; a call with its waits and retries gets twice that. */
  timeoutMs: number;
  /** Calls a second for one credential. */
  ratePerSecond: number;
  /** Calls at once for one credential that has been quiet. */
  burst: number;
  /** What all replicas may spend together, where there are several. */
  sharedBudget?: SharedBudget | undefined;
  clock: Clock;
  random: Random;
}

/** Queueing, pauses and all attempts together may take so many times as long as one attempt. */
const DEADLINE_PER_TIMEOUT = 2;

/** Runs one call through every policy; `send` signs and sends one attempt. */
export type Execute = <T>(call: UpstreamCall, send: Next<T>, signal?: AbortSignal) => Promise<T>;

/** Every call's way to one upstream host, from the outside in. This list is the order. */
export function createPolicy(options: PolicyOptions): Execute {
  const { timeoutMs, burst, sharedBudget: shared, clock, random } = options;
  const health = createHealth(clock);

  const order: readonly Policy[] = [
    dedupeReads(),
    withinDeadline(DEADLINE_PER_TIMEOUT * timeoutMs, clock),
    retryReads(clock, random),
    health.refuseWhileDown,
    spendBudget(options),
    ...(shared ? [spendSharedBudget({ shared, burst, clock })] : []),
    health.watch,
  ];

  const run = async <T>(call: UpstreamCall, pass: Pass, send: Next<T>, position: number): Promise<T> => {
    const policy = order[position];
    return policy ? policy(call, pass, (changed) => run(call, changed, send, position + 1)) : send(pass);
  };

  return (call, send, signal) =>
    run(call, { signal, deadlineAtMs: Number.POSITIVE_INFINITY, attempt: 1, afterLoss: false }, send, 0);
}
