import { statfs } from 'node:fs/promises';
import { pino } from 'pino';
import { readEnvFile } from '../composition/env-file.ts';
import { loadConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { createLogger } from '../telemetry/logger.ts';
import { readVersion } from '../telemetry/version.ts';
import { runCommandLine } from './program.ts';
import { createPrompts } from './prompts.ts';

const STANDARD_ERROR = 2;

/** Any interval will do; this one is below the longest delay of a Node timer. */
const IDLE_INTERVAL_MS = 2 ** 30;

/** The width of a terminal that does not say it. */
const USUAL_COLUMNS = 80;

const { stdin, stdout, stderr } = process;

function readEnvironment(): NodeJS.ProcessEnv {
  readEnvFile(process.cwd());
  return process.env;
}

function heedSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

// Node ends a process that has nothing open, and the timers of `Clock`, with which upstream calls pause, do not count.
const alive = setInterval(() => undefined, IDLE_INTERVAL_MS);
const exitCode = await runCommandLine(process.argv.slice(2), {
  readEnvironment,
  loadConfig: () => loadConfig(readEnvironment()),
  folder: process.cwd(),
  runtime: {
    version: await readVersion(),
    clock: systemClock,
    random: systemRandom,
    // A command has a result or fails with one line. Only what goes wrong beside that is logged.
    logger: createLogger({
      level: 'warn',
      destination: pino.destination({ fd: STANDARD_ERROR, sync: true }),
    }),
  },
  async readDiskSpace(path) {
    const { bavail, bsize } = await statfs(path);
    return { freeBytes: bavail * bsize };
  },
  writeOut: (text) => stdout.write(text),
  writeError: (text) => stderr.write(text),
  terminal: stdout.isTTY
    ? { columns: () => stdout.columns || USUAL_COLUMNS, hasColors: stdout.hasColors() }
    : undefined,
  prompts: stdin.isTTY && stderr.isTTY ? createPrompts(stdin, stderr) : undefined,
  heedSignals,
});
clearInterval(alive);
// The process ends by itself, so that all of the output is written.
if (exitCode !== undefined) process.exitCode = exitCode;
