import type { Config } from '../../config.ts';
import { type Check, checking } from '../doctor/check.ts';
import { checkKeyStrength } from '../doctor/keys.ts';
import { checkDataDir, checkDisk, checkPorts } from '../doctor/machine.ts';
import { checkRedis } from '../doctor/redis.ts';
import { checkEnvFile, checkReplicas, checkSettings } from '../doctor/settings.ts';
import { checkStore } from '../doctor/store.ts';
import { checkUpstreams } from '../doctor/upstreams.ts';
import { checkConfiguration } from '../doctor/variables.ts';
import type { Frame } from '../frame.ts';
import type { CommandIo, CommandResult } from '../io.ts';

/** Adds `doctor`. */
export function addDoctor({ add, printing }: Frame): void {
  add('doctor', 'check everything that the gateway needs, and say what to do; changes nothing').action(
    printing(examine),
  );
}

/** Checks everything at once. Without a configuration that can be used there is nothing more to check. */
async function examine(io: CommandIo): Promise<CommandResult> {
  const env = io.readEnvironment();
  const { config, checks } = checkConfiguration(env);
  const envFile = checkEnvFile(io.folder);
  if (config === undefined) return describe([...checks, ...envFile], io);
  const rest = await Promise.all(partsOf(config, io).map(([name, work]) => checking(name, work)));
  return describe([...checks, ...envFile, ...checkSettings(config, env), ...rest.flat()], io);
}

/** What is checked, each under the name that its failure has. */
function partsOf(config: Config, { runtime, readDiskSpace }: CommandIo): [string, () => Promise<Check[]>][] {
  return [
    ['keys', async () => checkKeyStrength(config)],
    ['replicas', async () => checkReplicas(config)],
    ['data-dir', () => checkDataDir(config, runtime.random)],
    ['disk', () => checkDisk(config, readDiskSpace)],
    ['port', () => checkPorts(config)],
    ['store', () => checkStore(config, runtime)],
    ['redis', () => checkRedis(config, runtime)],
    ['upstreams', () => checkUpstreams(config, runtime)],
  ];
}

const COLORS = { ok: 32, warn: 33, fail: 31 } as const;

function describe(checks: Check[], { terminal }: CommandIo): CommandResult {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, status, detail }) => {
    const word = status.padEnd(4);
    const shown = terminal?.hasColors ? `\u001b[${COLORS[status]}m${word}\u001b[39m` : word;
    return `${shown}  ${name.padEnd(width)}  ${detail}`;
  });
  const hasFailed = checks.some(({ status }) => status === 'fail');
  return { json: { checks }, text: lines.join('\n'), exitCode: hasFailed ? 1 : 0 };
}
