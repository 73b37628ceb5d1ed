import { setTimeout as pause } from 'node:timers/promises';
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

/** The gateway tells its clients to come again after 2 s. */
const AFTER_DATABASE_MS = 3_000;

/** Takes replicas and servers down and starts them again. Each method returns false if that is not possible now. */
export interface ProcessFaults {
  kill(index: number, backAfterMs: number): Promise<boolean>;
  terminate(index: number, backAfterMs: number): Promise<boolean>;
  freeze(index: number, forMs: number): Promise<boolean>;
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
  terminations: { name: string; tookMs: number; code: number | null }[];
}

export function createProcessFaults(
  replicas: readonly Replica[],
  log: (text: string) => void,
): ProcessFaults {
  const down = new Set<Replica>();
  const stopped = new Set<OwnPostgres | OwnRedis>();
  const databaseOutages: Outage[] = [];
  const strikes: number[] = [];
  const disturbances: Outage[] = [];
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

  return {
    databaseOutages,
    strikes,
    disturbances,
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
    async stopServer(server, stop, awayMs) {
      if (stopped.has(server)) return false;
      stopped.add(server);
      count += 1;
      const fromMs = Date.now();
      await stop();
      await pause(awayMs);
      await server.start();
      stopped.delete(server);
      if (!('rows' in server)) return true;
      const toMs = Date.now();
      databaseOutages.push({ fromMs, toMs });
      disturbances.push({ fromMs, toMs: toMs + AFTER_DATABASE_MS });
      return true;
    },
  };
}
