import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { parseSigningKeys, parseWrappingKeys, type SigningKey, type WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';
import { StartError } from '../lib/start-error.ts';

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
    const text = readOrCreate(path, random.uuid(), create);
    try {
      return parse(text);
    } catch (error) {
      const problem = error instanceof Error ? error.message : error;
      throw new StartError(`${path} ${problem}: restore the file from a backup`, { cause: error });
    }
  };
  return {
    encryptionKeys:
      encryptionKeys ??
      fromDataDir('encryption-keys', () => `dev-1:${random.bytes(32).toString('base64')}`, parseWrappingKeys),
    signingKeys: signingKeys ?? fromDataDir('jwt-private-keys.pem', newSigningKey, parseSigningKeys),
  };
}

function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
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
