import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../support/process.ts';
import { type Child, startChild, untilWorks } from './children.ts';
import type { ReplicaClock } from './faults/clock.ts';
import type { PacketPath } from './faults/packet-path.ts';
import { reach } from './redis.ts';

/** One of several gateways. It can be killed, frozen, and started again on its port. */
export interface Replica {
  name: string;
  port: number;
  /** Its packets to the servers. */
  paths: Record<'postgres' | 'redis', PacketPath>;
  /** Undefined where its clock cannot be changed. */
  clock: ReplicaClock | undefined;
  /** Its next start runs the gateway of this folder. */
  use(root: string): void;
  /** Starts it until it listens, repeatedly as a supervisor does, because the database may be down. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** SIGTERM; resolves with how long it took to end, and its exit code. */
  terminate(): Promise<{ tookMs: number; code: number | null }>;
  freeze(): void;
  thaw(): void;
  isUp(): boolean;
  /** Of its process; undefined while it is down. */
  pid(): number | undefined;
  /** Largest resident memory of all its processes so far, in MB. */
  peakMb(): number;
  logs: { stdout: string; stderr: string };
  /** Exits that were not requested. */
  unexpectedExits: string[];
}

export interface ReplicaOptions {
  name: string;
  /** Where `src/main.ts` is. */
  root: string;
  logFolder: string;
  env: Record<string, string>;
  paths: Replica['paths'];
  clock: ReplicaClock | undefined;
}

/** A start takes long while the machine is busy with three replicas and all their clients. */
const START_LIMIT_MS = 60_000;

/** What a replica has of this process's environment. With a cache, the many starts take less processor time. */
const KEPT_ENV = Object.fromEntries(
  ['PATH', 'NODE_COMPILE_CACHE'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

export async function createReplica({
  name,
  logFolder,
  paths,
  clock,
  ...options
}: ReplicaOptions): Promise<Replica> {
  const env = { ...options.env, DATABASE_URL: paths.postgres.url, REDIS_URL: paths.redis.url, ...clock?.env };
  let { root } = options;
  const port = Number(await freePort());
  const logs = { stdout: join(logFolder, `${name}.log`), stderr: join(logFolder, `${name}.err.log`) };
  const unexpectedExits: string[] = [];
  let child: Child | undefined;
  let isWanted = false;
  let peakMb = 0;

  const measure = (): void => {
    try {
      const status = readFileSync(`/proc/${child?.pid}/status`, 'utf8');
      peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
    } catch {
      // It has just ended, or this system has no such file.
    }
  };

  const launch = async (): Promise<Child> => {
    const files = [openSync(logs.stdout, 'a'), openSync(logs.stderr, 'a')];
    const started = await startChild(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, 'src/main.ts')],
      {
        // Not the project's folder: a `.env` there is not meant for the replicas.
        cwd: logFolder,
        env: { ...KEPT_ENV, PORT: String(port), ...env },
        stdio: ['ignore', ...(files as [number, number])],
      },
    );
    for (const file of files) closeSync(file);
    return started;
  };

  const start = async (): Promise<void> => {
    const endMs = Date.now() + 2 * START_LIMIT_MS;
    for (;;) {
      const started = await launch();
      child = started;
      try {
        await untilWorks(name, () => reach(port), {
          limitMs: START_LIMIT_MS,
          isPointless: () => !started.isAlive(),
        });
        isWanted = true;
        void started.exited.then(({ code, signal }) => {
          if (isWanted && child === started)
            unexpectedExits.push(`${name} ended by itself: ${code ?? signal}`);
        });
        return;
      } catch (error) {
        started.kill('SIGKILL');
        if (Date.now() > endMs) throw error;
      }
      await pause(500);
    }
  };

  const end = async (signal: NodeJS.Signals) => {
    measure();
    isWanted = false;
    child?.kill(signal);
    return child?.exited;
  };

  return {
    name,
    port,
    paths,
    clock,
    use(folder) {
      root = folder;
    },
    logs,
    unexpectedExits,
    start,
    async kill() {
      await end('SIGKILL');
    },
    async terminate() {
      const startedMs = performance.now();
      const killTimer = setTimeout(() => child?.kill('SIGKILL'), 20_000);
      const exit = await end('SIGTERM');
      clearTimeout(killTimer);
      return { tookMs: performance.now() - startedMs, code: exit?.code ?? null };
    },
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    pid: () => (child?.isAlive() ? child.pid : undefined),
    isUp: () => isWanted && (child?.isAlive() ?? false),
    peakMb() {
      measure();
      return peakMb;
    },
  };
}
