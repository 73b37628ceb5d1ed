import { setTimeout as pause } from 'node:timers/promises';
import type { FaultRule, Simulator } from '../../simulator/index.ts';
import type { PlannedFault } from './plan.ts';

/** A time in which something was down; ms since the epoch. */
export interface Outage {
  fromMs: number;
  toMs: number;
}

/** The faults of the upstream, of which several may be active at once. */
export interface UpstreamFaults {
  /** Keeps a fault active while `work` runs. */
  during<T>(rule: FaultRule, work: () => Promise<T>): Promise<T>;
  outages: Outage[];
}

export function createUpstreamFaults({ faults }: Simulator): UpstreamFaults {
  const rules = new Set<FaultRule>();
  const outages: Outage[] = [];
  const change = (apply: () => void): void => {
    apply();
    faults.clear();
    faults.add(...rules);
  };
  return {
    outages,
    async during(rule, work) {
      const fromMs = Date.now();
      change(() => rules.add(rule));
      try {
        return await work();
      } finally {
        change(() => rules.delete(rule));
        outages.push({ fromMs, toMs: Date.now() });
      }
    },
  };
}

/** A poll of a list gets no answer. */
export const HANGING_POLL: FaultRule = { kind: 'hang', match: { path: '/tasks/list' }, times: 'forever' };

/** Creates are carried out and answered a little later than a gateway that is killed then could read. */
export const LATE_CREATE: FaultRule = {
  ...{ kind: 'slow', delayMs: 1_900, match: { path: '/deployments/create' }, times: 'forever' },
};

/** The simulator's rule for a planned fault. */
export function toFaultRule({ fault, path, chance }: PlannedFault & { kind: 'upstream' }): FaultRule {
  const scope = { match: { path }, chance, times: 'forever' } as const;
  if (fault === 'status429') return { kind: fault, retryAfter: 1, ...scope };
  // Shorter than the gateway's timeout, longer than a restart takes.
  if (fault === 'slow') return { kind: fault, delayMs: 1_500, ...scope };
  return { kind: fault, ...scope };
}

/** Waits until a condition holds, at most for `limitMs`. */
export async function until(isSo: () => Promise<boolean>, limitMs: number): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (Date.now() < endMs && !(await isSo())) await pause(100);
}
