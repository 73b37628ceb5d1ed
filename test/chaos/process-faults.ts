import { setTimeout as pause } from 'node:timers/promises';
import type { OwnPostgres } from './postgres.ts';
import type { OwnRedis } from './redis.ts';
import type { Replica } from './replica.ts';
import type { Outage } from './upstream-faults.ts';

/** How many replicas may be down at a time. */
const MOST_DOWN = 2;

/** How replicas and servers are taken down, and that they come back. Each is false when it cannot be done now. */
export interface Casualties {
  kill(index: number, backAfterMs: number): Promise<boolean>;
  terminate(index: number, backAfterMs: number): Promise<boolean>;
  freeze(index: number, forMs: number): Promise<boolean>;
  /** Takes a server away; when the database is, nobody can know of a change. */
  remove(server: OwnPostgres | OwnRedis, stop: () => Promise<void>, awayMs: number): Promise<boolean>;
  areAllUp(): boolean;
  /** How often anything was taken down. */
  count(): number;
  databaseOutages: Outage[];
  terminations: { name: string; tookMs: number; code: number | null }[];
}

export const createCasualties = (replicas: readonly Replica[], say: (text: string) => void): Casualties => {
  const down = new Set<Replica>();
  const away = new Set<OwnPostgres | OwnRedis>();
  const databaseOutages: Outage[] = [];
  const terminations: Casualties['terminations'] = [];
  let count = 0;

  /** Takes a replica down until `work` is through: this one, or the next that is up. */
  const takeDown = async (index: number, work: (replica: Replica) => Promise<void>): Promise<boolean> => {
    const inTurn = [...replicas.slice(index), ...replicas.slice(0, index)];
    const replica = inTurn.find((one) => !down.has(one) && one.isUp());
    if (replica === undefined || down.size >= MOST_DOWN) return false;
    down.add(replica);
    count += 1;
    const fromMs = Date.now();
    await work(replica).finally(() => down.delete(replica));
    say(`${replica.name} is back after ${((Date.now() - fromMs) / 1_000).toFixed(1)} s`);
    return true;
  };

  const comeBack = async (replica: Replica, afterMs: number): Promise<void> => {
    await pause(afterMs);
    await replica.start();
  };

  return {
    databaseOutages,
    terminations,
    areAllUp: () => down.size === 0,
    count: () => count,
    kill: (index, backAfterMs) =>
      takeDown(index, async (replica) => {
        await replica.kill();
        await comeBack(replica, backAfterMs);
      }),
    terminate: (index, backAfterMs) =>
      takeDown(index, async (replica) => {
        terminations.push({ name: replica.name, ...(await replica.terminate()) });
        await comeBack(replica, backAfterMs);
      }),
    freeze: (index, forMs) =>
      takeDown(index, async (replica) => {
        replica.freeze();
        await pause(forMs);
        replica.thaw();
      }),
    async remove(server, stop, awayMs) {
      if (away.has(server)) return false;
      away.add(server);
      count += 1;
      const fromMs = Date.now();
      await stop();
      await pause(awayMs);
      await server.start();
      away.delete(server);
      if ('rows' in server) databaseOutages.push({ fromMs, toMs: Date.now() });
      return true;
    },
  };
};
