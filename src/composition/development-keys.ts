import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { parseSigningKeys, parseWrappingKeys, type SigningKey, type WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';
import { StartError } from '../lib/start-error.ts';

const ENCRYPTION_KEYS_FILE = 'encryption-keys';
const SIGNING_KEYS_FILE = 'jwt-private-keys.pem';

/** The keys of this process, from the environment or the data folder. */
export interface Keys {
  encryptionKeys: WrappingKey[];
  signingKeys: SigningKey[];
}

/**
 * Keys that the environment does not set are read from the data folder; the first start creates them there. In
 * production the configuration requires both variables.
 * @throws StartError when a stored key cannot be read
 */
export function withDevelopmentKeys(
  {
    encryptionKeys,
    signingKeys,
    dataDir,
    isProduction,
  }: Pick<Config, 'encryptionKeys' | 'signingKeys' | 'dataDir' | 'isProduction'>,
  random: Random,
): Keys {
  const fromDataDir = <T>(file: string, create: () => string, parse: (text: string) => T): T => {
    if (isProduction)
      throw new Error('Keys are never made up in production: set ENCRYPTION_KEYS and JWT_PRIVATE_KEYS');
    const path = join(dataDir, file);
    return parseKeys(path, readOrCreate(path, random.uuid(), create), parse);
  };
  return {
    encryptionKeys:
      encryptionKeys ??
      fromDataDir(
        ENCRYPTION_KEYS_FILE,
        () => `dev-1:${random.bytes(32).toString('base64')}`,
        parseWrappingKeys,
      ),
    signingKeys: signingKeys ?? fromDataDir(SIGNING_KEYS_FILE, newSigningKey, parseSigningKeys),
  };
}

/**
 * The encryption keys for a command that creates nothing: from the environment, or those that a gateway has made.
 * @throws StartError when there are none, or the stored ones cannot be read
 */
export function readEncryptionKeys({
  encryptionKeys,
  dataDir,
}: Pick<Config, 'encryptionKeys' | 'dataDir'>): WrappingKey[] {
  if (encryptionKeys !== undefined) return encryptionKeys;
  const path = join(dataDir, ENCRYPTION_KEYS_FILE);
  if (!existsSync(path))
    throw new StartError(`${path} does not exist: set ENCRYPTION_KEYS, or name the DATA_DIR`);
  return parseKeys(path, readFileSync(path, 'utf8').trim(), parseWrappingKeys);
}

/**
 * The signing keys likewise.
 * @throws StartError when there are none, or the stored ones cannot be read
 */
export function readSigningKeys({
  signingKeys,
  dataDir,
}: Pick<Config, 'signingKeys' | 'dataDir'>): SigningKey[] {
  if (signingKeys !== undefined) return signingKeys;
  const path = join(dataDir, SIGNING_KEYS_FILE);
  if (!existsSync(path))
    throw new StartError(`${path} does not exist: set JWT_PRIVATE_KEYS, or name the DATA_DIR`);
  return parseKeys(path, readFileSync(path, 'utf8').trim(), parseSigningKeys);
}

function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function parseKeys<T>(path: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : error;
    throw new StartError(`${path} ${problem}: restore the file from a backup`, { cause: error });
  }
}

/** Creates the file in one step and never replaces it, so that two processes that start at once get the same key. */
function readOrCreate(path: string, draftName: string, create: () => string): string {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (!existsSync(path)) {
    // The name is random: processes in containers that share a folder may have the same process id.
    const draft = `${path}.${draftName}`;
    writeFileSync(draft, create(), { mode: 0o600 });
    linkUnlessExists(draft, path);
    rmSync(draft);
  }
  return readFileSync(path, 'utf8').trim();
}

function linkUnlessExists(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
