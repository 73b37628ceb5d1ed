import { setTimeout as pause } from 'node:timers/promises';
import type { PlannedFault } from './plan.ts';
import type { OwnPostgres } from './postgres.ts';
import type { OwnRedis } from './redis.ts';
import type { Replica } from './replica.ts';
import type { Outage } from './upstream-faults.ts';

/** The number of replicas that may be down at a time. */
const MAX_DOWN = 2;

/** Connections of a process that has ended break within this time. */
const AFTER_EXIT_MS = 500;

/** A replica that was frozen finds its sessions of the database, and its clients, gone. */
const AFTER_THAW_MS = 2_000;

/** A replica reads its clock within a second, and its clients have new tokens then. */
const AFTER_CLOCK_MS = 3_000;

/** A lost connection to Redis is made again within this time. */
const AFTER_REDIS_MS = 2_000;

/** The gateway tells its clients to come again after 2 s. */
const AFTER_DATABASE_MS = 3_000;

/** Takes replicas and servers down and starts them again. Each method returns false if that is not possible now. */
export interface ProcessFaults {
  kill(index: number, backAfterMs: number): Promise<boolean>;
  terminate(index: number, backAfterMs: number): Promise<boolean>;
  freeze(index: number, forMs: number): Promise<boolean>;
  /** Packets between a replica and a server vanish for a time. */
  losePackets(fault: PlannedFault & { kind: 'packets' }): Promise<boolean>;
  /** The clock of a replica is wrong for a time. */
  misset(index: number, aheadSeconds: number, forMs: number): Promise<boolean>;
  /** Ends a replica and starts it from another folder; `during` runs while it starts. */
  replace(index: number, root: string, during: (replica: Replica) => Promise<void>): Promise<boolean>;
  /** Works on the database while it is not stopped. Its clients cannot use it meanwhile, unless `undisturbed`. */
  holdDatabase(work: () => Promise<void>, how?: 'undisturbed'): Promise<boolean>;
  /** Stops a server for a time. While the database is down, no change can be delivered. */
  stopServer(server: OwnPostgres | OwnRedis, stop: () => Promise<void>, awayMs: number): Promise<boolean>;
  areAllUp(): boolean;
  /** How many replicas and servers were taken down. */
  count(): number;
  databaseOutages: Outage[];
  /** When a replica was killed, stopped or frozen; ms since the epoch. */
  strikes: number[];
  /** Times in which a request may fail without a fault of the gateway. */
  disturbances: Outage[];
  /** Times in which a replica, or all of them, could not reach Redis or the database. */
  interruptions: Outage[];
  terminations: { name: string; tookMs: number; code: number | null }[];
}

export function createProcessFaults(
  replicas: readonly Replica[],
  postgres: OwnPostgres,
  log: (text: string) => void,
): ProcessFaults {
  const down = new Set<Replica>();
  const stopped = new Set<OwnPostgres | OwnRedis>();
  const cutFromRedis = new Set<Replica>();
  const misset = new Set<Replica>();
  const databaseOutages: Outage[] = [];
  const strikes: number[] = [];
  const disturbances: Outage[] = [];
  const interruptions: Outage[] = [];
  const terminations: ProcessFaults['terminations'] = [];
  let count = 0;

  /** Takes a replica down for the time of `work`: the one at the index, or the next one that is up. */
  const takeDown = async (index: number, work: (replica: Replica) => Promise<void>): Promise<boolean> => {
    const candidates = [...replicas.slice(index), ...replicas.slice(0, index)];
    const replica = candidates.find((one) => !down.has(one) && one.isUp());
    if (replica === undefined || down.size >= MAX_DOWN) return false;
    down.add(replica);
    count += 1;
    const fromMs = Date.now();
    strikes.push(fromMs);
    await work(replica).finally(() => down.delete(replica));
    log(`${replica.name} is back after ${((Date.now() - fromMs) / 1_000).toFixed(1)} s`);
    return true;
  };

  /** Notes the time of `work`, and a time after it, as disturbed. */
  const disturb = async <T>(afterMs: number, work: () => Promise<T>): Promise<T> => {
    const disturbance = { fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
    disturbances.push(disturbance);
    const result = await work();
    disturbance.toMs = Date.now() + afterMs;
    return result;
  };

  const startAfter = async (replica: Replica, afterMs: number): Promise<void> => {
    await pause(afterMs);
    await replica.start();
  };

  const interrupt = async (work: () => Promise<void>): Promise<void> => {
    const interruption = { fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
    interruptions.push(interruption);
    await work();
    interruption.toMs = Date.now() + AFTER_REDIS_MS;
  };

  /** Notes the time of `work` as an outage of the database. */
  const withoutDatabase = async (work: () => Promise<void>): Promise<void> => {
    const outage = { fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
    databaseOutages.push(outage);
    await disturb(AFTER_DATABASE_MS, work);
    outage.toMs = Date.now();
  };

  return {
    databaseOutages,
    strikes,
    disturbances,
    interruptions,
    terminations,
    areAllUp: () => down.size === 0,
    count: () => count,
    kill: (index, backAfterMs) =>
      takeDown(index, async (replica) => {
        await disturb(AFTER_EXIT_MS, () => replica.kill());
        await startAfter(replica, backAfterMs);
      }),
    terminate: (index, backAfterMs) =>
      takeDown(index, async (replica) => {
        const ended = await disturb(AFTER_EXIT_MS, () => replica.terminate());
        terminations.push({ name: replica.name, ...ended });
        await startAfter(replica, backAfterMs);
      }),
    freeze: (index, forMs) =>
      takeDown(index, async (replica) => {
        replica.freeze();
        await disturb(AFTER_THAW_MS, () => pause(forMs));
        replica.thaw();
      }),
    async losePackets({ replica: index, server, forMs, ending }) {
      const cut = ({ paths }: Replica): Promise<void> =>
        interrupt(async () => {
          paths[server].lose();
          await pause(forMs);
          paths[server].heal(ending);
        });
      const replica = replicas[index];
      // Without Redis everything goes on.
      if (server === 'postgres') return takeDown(index, (one) => disturb(AFTER_DATABASE_MS, () => cut(one)));
      if (replica === undefined || cutFromRedis.has(replica)) return false;
      cutFromRedis.add(replica);
      await cut(replica).finally(() => cutFromRedis.delete(replica));
      return true;
    },
    async misset(index, aheadSeconds, forMs) {
      const replica = replicas[index];
      if (replica?.clock === undefined || misset.has(replica)) return false;
      misset.add(replica);
      replica.clock.set(aheadSeconds);
      // Clients whose tokens it finds expired sign in again.
      await disturb(AFTER_CLOCK_MS, () => pause(forMs));
      replica.clock.set(0);
      misset.delete(replica);
      return true;
    },
    replace: (index, root, during) =>
      takeDown(index, async (replica) => {
        const ended = await disturb(AFTER_EXIT_MS, () => replica.terminate());
        terminations.push({ name: replica.name, ...ended });
        replica.use(root);
        await Promise.all([replica.start(), during(replica)]);
      }),
    async holdDatabase(work, how) {
      if (stopped.has(postgres)) return false;
      stopped.add(postgres);
      await (how === 'undisturbed' ? work() : withoutDatabase(work)).finally(() => stopped.delete(postgres));
      return true;
    },
    async stopServer(server, stop, awayMs) {
      if (stopped.has(server)) return false;
      stopped.add(server);
      count += 1;
      const work = async (): Promise<void> => {
        await stop();
        await pause(awayMs);
        await server.start();
      };
      await (server === postgres ? withoutDatabase(work) : interrupt(work));
      stopped.delete(server);
      return true;
    },
  };
}
