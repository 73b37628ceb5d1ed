import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Terminal } from '../../src/cli/io.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import type { Prompts, Validate } from '../../src/cli/prompts.ts';
import type { Runtime } from '../../src/composition/runtime.ts';
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

/** What a test gives a command besides its arguments. */
export interface CommandWorld {
  env?: Record<string, string>;
  /** The working directory. @default the folder of temporary files; no `.env` is read anyway */
  folder?: string;
  /** Answers questions. @default nobody: a question that is not answered by an option is a wrong use */
  prompts?: Prompts;
  /** @default standard output is no terminal */
  terminal?: Terminal;
  /** Room on every disk. @default much */
  freeBytes?: number;
  /** Stands for Ctrl-C. */
  interrupt?: AbortSignal;
  /** Is told each piece of standard output as it is written. */
  onOutput?(text: string): void;
  runtime?: Partial<Runtime>;
}

/** Runs `quantgate <args>` in this process, with this environment alone. */
export function runCommand(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runCommandIn({ env }, args);
}

/** Runs `quantgate <args>` in this process, in this world. */
export async function runCommandIn(
  {
    env = {},
    folder = tmpdir(),
    freeBytes = 2 ** 40,
    prompts,
    terminal,
    interrupt,
    onOutput,
    runtime,
  }: CommandWorld,
  args: readonly string[],
): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const writeError = (text: string): void => {
    written.stderr += text;
  };
  const code = await runCommandLine(args, {
    readEnvironment: () => env,
    loadConfig: () => loadConfig(env),
    folder,
    readDiskSpace: async () => ({ freeBytes }),
    runtime: {
      version: 'test',
      clock: systemClock,
      random: systemRandom,
      logger: createLogger({ level: 'warn', destination: { write: writeError } }),
      ...runtime,
    },
    writeOut(text) {
      written.stdout += text;
      onOutput?.(text);
    },
    writeError,
    terminal,
    prompts,
    heedSignals: () => interrupt ?? new AbortController().signal,
  });
  return { code, ...written };
}

/** Answers each question with the text of the first line that its message begins with. */
export function answering(answers: Record<string, string | boolean>) {
  const asked: string[] = [];
  const answerTo = async (message: string): Promise<string | boolean> => {
    asked.push(message);
    const found = Object.entries(answers).find(([beginning]) => message.startsWith(beginning));
    if (found === undefined) throw new Error(`Nobody expected the question: ${message}`);
    return found[1];
  };
  const textTo = async ({ message, validate }: { message: string; validate?: Validate }): Promise<string> => {
    const text = String(await answerTo(message));
    const problem = validate?.(text);
    if (problem !== undefined) throw new Error(`${message}: ${problem}`);
    return text;
  };
  const prompts: Prompts = {
    confirm: async ({ message }) => (await answerTo(message)) === true,
    text: textTo,
    secret: textTo,
    async select({ message, choices }) {
      const value = await answerTo(message);
      const choice = choices.find((one) => one.value === value);
      if (choice === undefined) throw new Error(`${message} has no choice ${value}`);
      return choice.value;
    },
  };
  return { prompts, asked };
}
