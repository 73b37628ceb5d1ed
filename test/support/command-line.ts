import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { runCommandLine } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import type { Exit } from './process.ts';

const program = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** Starts `quantgate <args>` in a process of its own, in a folder without `.env` and with a closed standard input. */
export function spawnCommand(args: readonly string[], env: Record<string, string>, cwd = tmpdir()) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      written[name] += chunk;
    });
  }
  const exited: Promise<Exit> = once(child, 'close').then(([code, signal]) => ({ code, signal, ...written }));
  return { child, output: () => ({ ...written }), exited };
}

/** What a command printed, and its exit code. */
export interface Ended {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** Runs `quantgate <args>` in this process, with this environment alone. */
export async function runCommand(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const writeError = (text: string): void => {
    written.stderr += text;
  };
  const code = await runCommandLine(args, {
    loadConfig: () => loadConfig(env),
    runtime: {
      version: 'test',
      clock: systemClock,
      random: systemRandom,
      logger: createLogger({ level: 'warn', destination: { write: writeError } }),
    },
    writeOut(text) {
      written.stdout += text;
    },
    writeError,
  });
  return { code, ...written };
}
