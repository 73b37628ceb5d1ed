import { setTimeout as pause } from 'node:timers/promises';
import type { FaultRule, Simulator } from '../../simulator/index.ts';
import type { Act } from './plan.ts';

/** From when to when something was away; ms since the epoch. */
export interface Outage {
  fromMs: number;
  toMs: number;
}

/** What the upstream does wrong, one thing beside the other. */
export interface Weather {
  /** A fault lasts as long as `work` does. */
  during<T>(rule: FaultRule, work: () => Promise<T>): Promise<T>;
  outages: Outage[];
}

export const createWeather = ({ faults }: Simulator): Weather => {
  const rules = new Set<FaultRule>();
  const outages: Outage[] = [];
  const change = (turn: () => void): void => {
    turn();
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
};

/** What a look at a list does while it fails: it waits for an answer that never comes. */
export const HANGING_LOOK: FaultRule = { kind: 'hang', match: { path: '/tasks/list' }, times: 'forever' };

/** The fault a plan asks for. */
export const ruleOf = ({ weather, path, chance }: Act & { kind: 'upstream' }): FaultRule => {
  const scope = { match: { path }, chance, times: 'forever' } as const;
  if (weather === 'status429') return { kind: weather, retryAfter: 1, ...scope };
  // Shorter than the gateway waits, longer than a restart may let it wait.
  if (weather === 'slow') return { kind: weather, delayMs: 1_500, ...scope };
  return { kind: weather, ...scope };
};

/** Waits until something is so, or for as long as it makes sense. */
export const until = async (isSo: () => Promise<boolean>, limitMs: number): Promise<void> => {
  const endMs = Date.now() + limitMs;
  while (Date.now() < endMs && !(await isSo())) await pause(100);
};
