import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/index.ts';
import type { PlannedFault } from './plan.ts';
import type { OwnPostgres } from './postgres.ts';
import { createProcessFaults, type ProcessFaults } from './process-faults.ts';
import type { OwnRedis } from './redis.ts';
import type { Replica } from './replica.ts';
import { createUpstreamFaults, HANGING_POLL, type Outage, toFaultRule, until } from './upstream-faults.ts';

/** What the nemesis did. */
export interface NemesisReport {
  /** Number of replicas and servers that were killed, stopped or frozen. */
  kills: number;
  /** Times in which no change could be delivered: the database down, or the upstream failing. */
  outages: Outage[];
  /** When replicas were taken down; ms since the epoch. */
  strikes: number[];
  /** Times in which a read may fail without a fault of the gateway. */
  disturbances: Outage[];
  terminations: ProcessFaults['terminations'];
}

export interface NemesisDeps {
  simulator: Simulator;
  replicas: readonly Replica[];
  postgres: OwnPostgres;
  redis: OwnRedis;
  log(text: string): void;
}

/** Watches whose next failure will be announced and whose poll is in progress. */
const POLLS_IN_PROGRESS = `select 1 from watches where kind = 'DEPLOYMENTS' and scope <> '' and failures = 2
  and lease_until > extract(epoch from clock_timestamp()) * 1000`;

/** How long to wait until all replicas are up, and then until polls fail. */
const WAIT_LIMITS_MS = { up: 40_000, polls: 20_000 };

/** Polls go on failing for this long after the thaw, so that the frozen polls end with their failure. */
const AFTER_THAW_MS = 2_500;

/** Carries out a plan and skips what is not possible at its time. Resolves when all servers and replicas are up. */
export async function runNemesis(plan: readonly PlannedFault[], deps: NemesisDeps): Promise<NemesisReport> {
  const { simulator, replicas, postgres, redis, log } = deps;
  const processes = createProcessFaults(replicas, log);
  const upstream = createUpstreamFaults(simulator);

  const freezeDuringPoll = async (indices: readonly number[], forMs: number): Promise<boolean> => {
    await until(async () => processes.areAllUp(), WAIT_LIMITS_MS.up);
    return upstream.during(HANGING_POLL, async () => {
      let polls = 0;
      await until(async () => {
        polls = (await postgres.rows(POLLS_IN_PROGRESS).catch(() => [])).length;
        return polls > 1;
      }, WAIT_LIMITS_MS.polls);
      log(`frozen during ${polls} polls`);
      const frozen = await Promise.all(indices.map((index) => processes.freeze(index, forMs)));
      await pause(AFTER_THAW_MS);
      return frozen.includes(true);
    });
  };

  const perform = async (fault: PlannedFault): Promise<boolean> => {
    switch (fault.kind) {
      case 'kill':
      case 'terminate':
        return processes[fault.kind](fault.replica, fault.backAfterMs);
      case 'freeze':
        return processes.freeze(fault.replica, fault.forMs);
      case 'freezeDuringPoll':
        return freezeDuringPoll(fault.replicas, fault.forMs);
      case 'postgres':
        return processes.stopServer(postgres, () => postgres.stop(fault.how), fault.awayMs);
      case 'redis':
        return processes.stopServer(redis, redis.kill, fault.awayMs);
      case 'upstream':
        return upstream.during(toFaultRule(fault), () => pause(fault.forMs, true));
    }
  };

  const startMs = Date.now();
  const carriedOut = plan.map(async (fault) => {
    await pause(Math.max(0, startMs + fault.atMs - Date.now()));
    const { atMs, ...what } = fault;
    const second = (atMs / 1_000).toFixed(1);
    log(`${second} s: ${JSON.stringify(what)}`);
    if (!(await perform(fault))) log(`${second} s: ${fault.kind} was skipped`);
  });
  await Promise.all(carriedOut);
  return {
    kills: processes.count(),
    outages: [...upstream.outages, ...processes.databaseOutages],
    strikes: processes.strikes,
    disturbances: processes.disturbances,
    terminations: processes.terminations,
  };
}
