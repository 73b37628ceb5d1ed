import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/index.ts';
import { createDatabaseFaults } from './faults/database-faults.ts';
import { createNewerVersions, MIGRATION_MARK } from './faults/newer-version.ts';
import type { Restore } from './faults/restore.ts';
import type { PlannedFault } from './plan.ts';
import type { OwnPostgres } from './postgres.ts';
import { createProcessFaults, type ProcessFaults } from './process-faults.ts';
import type { OwnRedis } from './redis.ts';
import type { Replica } from './replica.ts';
import {
  createUpstreamFaults,
  HANGING_POLL,
  LATE_CREATE,
  type Outage,
  toFaultRule,
  until,
} from './upstream-faults.ts';

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
  /** Times in which a replica, or all of them, could not reach Redis or the database. */
  interruptions: Outage[];
  terminations: ProcessFaults['terminations'];
  restores: Restore[];
}

export interface NemesisDeps {
  simulator: Simulator;
  replicas: readonly Replica[];
  postgres: OwnPostgres;
  redis: OwnRedis;
  /** Where the gateway's `src` is, and a folder for copies of it and of the database. */
  root: string;
  folder: string;
  log(text: string): void;
}

/** Watches whose next failure will be announced and whose poll is in progress. */
const POLLS_IN_PROGRESS = `select 1 from watches where kind = 'DEPLOYMENTS' and scope <> '' and failures = 2
  and lease_until > extract(epoch from clock_timestamp()) * 1000`;

/** How long to wait until all replicas are up, until polls fail, and until a newer version migrates. */
const WAIT_LIMITS_MS = { up: 40_000, polls: 20_000, migration: 20_000 };

const MIGRATION_UNDER_WAY = `select 1 from pg_stat_activity where query like '%/* ${MIGRATION_MARK} */%'
  and state = 'active' and pid <> pg_backend_pid()`;

/** How long creates collect before their replica is killed. */
const CREATES_MS = 1_800;

/** Polls go on failing for this long after the thaw, so that the frozen polls end with their failure. */
const AFTER_THAW_MS = 2_500;

/** Carries out a plan and skips what is not possible at its time. Resolves when all servers and replicas are up. */
export async function runNemesis(plan: readonly PlannedFault[], deps: NemesisDeps): Promise<NemesisReport> {
  const { simulator, replicas, postgres, redis, root, folder, log } = deps;
  const processes = createProcessFaults(replicas, postgres, log);
  const database = createDatabaseFaults(postgres, processes, { folder, log });
  const versions = createNewerVersions(root, folder);
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

  /** Kills the replica while its migration is under way; it is started again by itself. */
  const killDuringMigration = async (replica: Replica): Promise<void> => {
    let isUnderWay = false;
    await until(async () => {
      isUnderWay = (await postgres.rows(MIGRATION_UNDER_WAY).catch(() => [])).length > 0;
      return isUnderWay;
    }, WAIT_LIMITS_MS.migration);
    log(isUnderWay ? `${replica.name} dies during a migration` : `${replica.name} has not begun to migrate`);
    if (isUnderWay) await replica.kill();
  };

  const upgrade = async (index: number, forMs: number): Promise<boolean> => {
    const newer = await versions.next();
    if (!(await processes.replace(index, newer, killDuringMigration))) return false;
    await pause(forMs);
    for (const replica of replicas) replica.use(root);
    await processes.replace(index, root, async () => undefined);
    return true;
  };

  const perform = async (fault: PlannedFault): Promise<boolean> => {
    switch (fault.kind) {
      case 'kill':
      case 'terminate':
        return processes[fault.kind](fault.replica, fault.backAfterMs);
      case 'killDuringCreates':
        return upstream.during(LATE_CREATE, async () => {
          await pause(CREATES_MS);
          return processes.kill(fault.replica, fault.backAfterMs);
        });
      case 'freeze':
        return processes.freeze(fault.replica, fault.forMs);
      case 'freezeDuringPoll':
        return freezeDuringPoll(fault.replicas, fault.forMs);
      case 'postgres':
        return processes.stopServer(postgres, () => postgres.stop(fault.how), fault.awayMs);
      case 'redis':
        return processes.stopServer(redis, redis.kill, fault.awayMs);
      case 'packets':
        return processes.losePackets(fault);
      case 'clock':
        return processes.misset(fault.replica, fault.aheadSeconds, fault.forMs);
      case 'upgrade':
        return upgrade(fault.replica, fault.forMs);
      case 'readOnly':
        return database.readOnly(fault.forMs);
      case 'restore':
        return database.restore(fault.ageMs);
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
    interruptions: processes.interruptions,
    terminations: processes.terminations,
    restores: database.restores,
  };
}
