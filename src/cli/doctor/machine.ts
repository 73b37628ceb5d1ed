import { once } from 'node:events';
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { readSigningKeys } from '../../composition/development-keys.ts';
import { withFileFailures } from '../../composition/file-failures.ts';
import { toListenFailure } from '../../composition/start-failures.ts';
import type { Config } from '../../config.ts';
import { urlOfServer } from '../../lib/net/public-url.ts';
import type { Random } from '../../lib/random.ts';
import { StartError } from '../../lib/start-error.ts';
import type { ReadDiskSpace } from '../io.ts';
import { type Check, checksOf } from './check.ts';

const MB = 2 ** 20;
const GB = 2 ** 30;
/** Below the first the disk fills soon; below the second a write may fail any moment. */
const LITTLE_BYTES = GB;
const NONE_BYTES = 64 * MB;

const OTHERS = 0o077;
const HEALTH_TIMEOUT_MS = 2_000;

/** Whether the data folder can be used. It is left as it is; one that is not there is not made. */
export async function checkDataDir({ dataDir }: Config, random: Random): Promise<Check[]> {
  const { ok, warn } = checksOf('data-dir');
  return withFileFailures({ dataDir, file: '' }, () => {
    if (!existsSync(dataDir)) {
      accessSync(nearestFolder(dataDir), constants.W_OK);
      return [ok(`DATA_DIR ${dataDir} is made at the first start`)];
    }
    const draft = join(dataDir, `.doctor-${random.uuid()}`);
    writeFileSync(draft, '', { mode: 0o600 });
    rmSync(draft);
    if ((statSync(dataDir).mode & OTHERS) !== 0)
      return [warn(`DATA_DIR ${dataDir} is open to other users of this machine: chmod 700 ${dataDir}`)];
    return [ok(`DATA_DIR ${dataDir} can be written`)];
  });
}

/** The folder itself, or the nearest one above it that is there. @throws the system's error for a file */
function nearestFolder(path: string): string {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory())
    throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR', path: folder });
  return folder;
}

/** Whether the disk of the data folder has room. */
export async function checkDisk({ dataDir }: Config, readDiskSpace: ReadDiskSpace): Promise<Check[]> {
  const { ok, warn, fail } = checksOf('disk');
  const { freeBytes } = await readDiskSpace(nearestFolder(dataDir));
  const free = freeBytes >= GB ? `${(freeBytes / GB).toFixed(1)} GB` : `${Math.floor(freeBytes / MB)} MB`;
  const what = `${free} free on the disk of DATA_DIR ${dataDir}`;
  if (freeBytes < NONE_BYTES) return [fail(`Only ${what}: make room now`)];
  if (freeBytes < LITTLE_BYTES) return [warn(`Only ${what}: make room`)];
  return [ok(what)];
}

/** Whether each port is free, or a gateway of this configuration has it. */
export async function checkPorts(config: Config): Promise<Check[]> {
  const { metricsPort, port } = config;
  const checks = [checkPort(config, 'PORT', port)];
  if (metricsPort !== undefined) checks.push(checkPort(config, 'METRICS_PORT', metricsPort));
  return Promise.all(checks);
}

async function checkPort(config: Config, variable: 'PORT' | 'METRICS_PORT', port: number): Promise<Check> {
  const { ok, fail } = checksOf(variable === 'PORT' ? 'port' : 'metrics-port');
  const { host } = config;
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return ok(port === 0 ? 'Any free port is taken' : `Port ${port} is free on ${host}`);
  } catch (error) {
    if (await isOwnGateway(config)) return ok(`Port ${port} is held by the gateway of this configuration`);
    const failure = toListenFailure(error, { host, port, variable });
    if (!(failure instanceof StartError)) throw failure;
    return fail(failure.message);
  } finally {
    server.close();
  }
}

/** True when what listens publishes a signing key of this configuration: a gateway alone has its private half. */
async function isOwnGateway(config: Config): Promise<boolean> {
  try {
    const answer = await fetch(`${urlOfServer(config.host, config.port)}/.well-known/jwks.json`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    });
    const { keys } = (await answer.json()) as { keys: { kid: string }[] };
    const own = new Set(readSigningKeys(config).map(({ kid }) => kid));
    return keys.some(({ kid }) => own.has(kid));
  } catch {
    return false;
  }
}
