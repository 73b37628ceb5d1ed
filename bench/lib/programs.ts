/** Starts the programs of the benchmark on their cores, and ends them with it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** The root of `bench/`. */
export const BENCH = resolve(import.meta.dirname, '..');

/** A server that is measured has a core of its own; what loads it, and the upstreams, share another one. */
export const SERVER_CORE = 0;
const LOAD_CORE = 1;
const hasTwoCores = availableParallelism() > 1;

const STOP_MS = 15_000;
/** Below the ports of outgoing connections, which would take them; two runs at once begin at different ones. */
const FIRST_PORT = 10_100;
let nextPort = FIRST_PORT + (process.pid % 200) * 100;

/** The ids of the process groups that were started here and have not ended. */
const groups = new Set<number>();
process.on('exit', () => {
  for (const group of groups) signal(group, 'SIGKILL');
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    console.error(`The benchmark was ended by ${name}.`);
    process.exit(1);
  });
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It has ended.
  }
}

/** A command line on one core; unchanged on a machine with a single one. */
export function onCore(core: number, command: string, args: readonly string[]): [string, string[]] {
  return hasTwoCores ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]];
}

/** Moves this process to the core of what loads. */
export function moveToLoadCore(): void {
  if (hasTwoCores) execFileSync('taskset', ['-acp', String(LOAD_CORE), String(process.pid)]);
}

/** A started process, the first of a group of its own. */
export interface Started {
  pid: number;
  child: ChildProcess;
  hasEnded(): boolean;
  /** Ends the group: asked first, forced later. */
  stop(): Promise<void>;
}

/** Notes a process that was started with `detached`, so that it ends with the benchmark. */
export function track(child: ChildProcess): Started {
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${child.spawnfile} could not be started`);
  groups.add(pid);
  const exited = once(child, 'exit').then(() => groups.delete(pid));
  return {
    pid,
    child,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      signal(pid, 'SIGTERM');
      const force = setTimeout(() => signal(pid, 'SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(force);
    },
  };
}

/** A program of `bench/` that answers messages: it sends `ready` first, and one answer to each message. */
export interface Program extends Started {
  ask<T>(message: unknown): Promise<T>;
}

/** Starts a program of `bench/` and waits until it is ready. */
export async function startProgram(
  file: string,
  { isServer = false, env = {} }: { isServer?: boolean; env?: Record<string, string> } = {},
): Promise<Program> {
  const node = ['--disable-warning=ExperimentalWarning', resolve(BENCH, file)];
  const child = spawn(...onCore(isServer ? SERVER_CORE : LOAD_CORE, process.execPath, node), {
    detached: true,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const started = track(child);
  const answer = async () => {
    const ended = new AbortController();
    const [message] = await Promise.race([
      once(child, 'message', { signal: ended.signal }),
      once(child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`${file} ended with ${code}`);
      }),
    ]).finally(() => ended.abort());
    return message;
  };
  await answer();
  return {
    ...started,
    async ask(message) {
      const answered = answer();
      child.send(message as object);
      return await answered;
    },
  };
}

/** A port that no other program listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = nextPort++;
    const server = createServer();
    const isFree = await new Promise((done) => {
      server.once('error', () => done(false));
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
    });
    if (isFree) return port;
  }
}
