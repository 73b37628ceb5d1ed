import { pino } from 'pino';
import { readEnvFile } from '../composition/env-file.ts';
import { readVersion } from '../composition/version.ts';
import { loadConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { createLogger } from '../telemetry/logger.ts';
import { runCommandLine } from './program.ts';

const STANDARD_ERROR = 2;

const exitCode = await runCommandLine(process.argv.slice(2), {
  loadConfig() {
    readEnvFile(process.cwd());
    return loadConfig(process.env);
  },
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
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
// The process ends by itself, so that all of the output is written.
if (exitCode !== undefined) process.exitCode = exitCode;
