import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/index.ts';
import type { Act } from './plan.ts';
import type { OwnPostgres } from './postgres.ts';
import { type Casualties, createCasualties } from './process-faults.ts';
import type { OwnRedis } from './redis.ts';
import type { Replica } from './replica.ts';
import { createWeather, HANGING_LOOK, type Outage, ruleOf, until } from './upstream-faults.ts';

/** What it did, for the report. */
export interface Harm {
  /** Replicas and servers that were killed, stopped or frozen. */
  kills: number;
  /** When nobody could know of a change: the database away, or the upstream failing. */
  outages: Outage[];
  terminations: Casualties['terminations'];
}

export interface NemesisDeps {
  simulator: Simulator;
  replicas: readonly Replica[];
  postgres: OwnPostgres;
  redis: OwnRedis;
  say(text: string): void;
}

/** Watches whose next failure is the one that is announced, and which somebody is looking at right now. */
const LOOKS_UNDER_WAY = `select 1 from watches where kind = 'DEPLOYMENTS' and scope <> '' and failures = 2
  and lease_until > extract(epoch from clock_timestamp()) * 1000`;

/** How long everything that was killed before is waited for, and then for looks that fail. */
const PATIENCE_MS = { up: 40_000, looks: 20_000 };

/** For so long after they wake, looks go on failing: those that were frozen end as they were about to. */
const AWAKENING_MS = 2_500;

/** Carries out a plan; what cannot be done when its time has come is left out. Resolves when all has come back. */
export const runNemesis = async (plan: readonly Act[], deps: NemesisDeps): Promise<Harm> => {
  const { simulator, replicas, postgres, redis, say } = deps;
  const casualties = createCasualties(replicas, say);
  const weather = createWeather(simulator);

  const freezeInLook = async (indices: readonly number[], forMs: number): Promise<boolean> => {
    await until(async () => casualties.areAllUp(), PATIENCE_MS.up);
    return weather.during(HANGING_LOOK, async () => {
      let looks = 0;
      await until(async () => {
        looks = (await postgres.rows(LOOKS_UNDER_WAY).catch(() => [])).length;
        return looks > 1;
      }, PATIENCE_MS.looks);
      say(`frozen in the middle of ${looks} looks`);
      const frozen = await Promise.all(indices.map((index) => casualties.freeze(index, forMs)));
      await pause(AWAKENING_MS);
      return frozen.includes(true);
    });
  };

  const perform = async (act: Act): Promise<boolean> => {
    switch (act.kind) {
      case 'kill':
      case 'terminate':
        return casualties[act.kind](act.replica, act.backAfterMs);
      case 'freeze':
        return casualties.freeze(act.replica, act.forMs);
      case 'freezeInLook':
        return freezeInLook(act.replicas, act.forMs);
      case 'postgres':
        return casualties.remove(postgres, () => postgres.stop(act.how), act.awayMs);
      case 'redis':
        return casualties.remove(redis, redis.kill, act.awayMs);
      case 'upstream':
        return weather.during(ruleOf(act), () => pause(act.forMs, true));
    }
  };

  const startMs = Date.now();
  const carriedOut = plan.map(async (act) => {
    await pause(Math.max(0, startMs + act.atMs - Date.now()));
    const { atMs, ...what } = act;
    const second = (atMs / 1_000).toFixed(1);
    say(`${second} s: ${JSON.stringify(what)}`);
    if (!(await perform(act))) say(`${second} s: ${act.kind} was left out`);
  });
  await Promise.all(carriedOut);
  return {
    kills: casualties.count(),
    outages: [...weather.outages, ...casualties.databaseOutages],
    terminations: casualties.terminations,
  };
};
