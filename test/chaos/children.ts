import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** A child process of the test. */
export interface Child {
  pid: number;
  /** Resolves when the process is gone. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  isAlive(): boolean;
  kill(signal: NodeJS.Signals): void;
}

const alive = new Set<ChildProcess>();

/** No child outlives this process; SIGKILL also ends a frozen one. */
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts a process that does not outlive this one. */
export async function startChild(command: string, args: string[], options: SpawnOptions): Promise<Child> {
  const child = spawn(command, args, { stdio: 'ignore', ...options });
  await once(child, 'spawn');
  alive.add(child);
  const exited = once(child, 'exit').then(([code, signal]) => {
    alive.delete(child);
    return { code, signal };
  });
  return {
    pid: child.pid as number,
    exited,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    kill: (signal) => void child.kill(signal),
  };
}

/** Repeats `works` until it resolves. @throws Error that names `what` did not come up, after the limit or if it is pointless */
export async function untilWorks(
  what: string,
  works: () => Promise<unknown>,
  { limitMs = 20_000, isPointless }: { limitMs?: number; isPointless?: () => boolean } = {},
): Promise<void> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    try {
      await works();
      return;
    } catch (error) {
      if (Date.now() > endMs || isPointless?.()) throw new Error(`${what} did not come up`, { cause: error });
    }
    await pause(50);
  }
}

/** The path of a required program. @throws Error that names what to install */
export function requireProgram(name: string, candidates: readonly string[] = []): string {
  for (const candidate of [name, ...candidates]) {
    try {
      execFileSync(candidate, ['--version'], { stdio: 'ignore' });
      return candidate;
    } catch {
      // Try the next candidate.
    }
  }
  throw new Error(
    `The chaos run needs ${name}, which is not installed: PostgreSQL's server programs and redis-server`,
  );
}
