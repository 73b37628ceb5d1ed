import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { parseSigningKeys, parseWrappingKeys, type SigningKey, type WrappingKey } from '../lib/keys.ts';
import type { Random } from '../lib/random.ts';

/** The keys of this process, from the environment or kept in the data folder. */
export interface Keys {
  encryptionKeys: WrappingKey[];
  signingKeys: SigningKey[];
}

/**
 * Completes what the environment left open by keys of the data folder, made at the first start and reused from
 * then on. Production never comes here: there the configuration insists on both variables.
 * @throws Error when a kept key cannot be read
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
  const kept = <T>(file: string, make: () => string, parse: (text: string) => T): T => {
    if (isProduction)
      throw new Error('Keys are never made up in production: set ENCRYPTION_KEYS and JWT_PRIVATE_KEYS');
    return parse(readOrMake(join(dataDir, file), random.uuid(), make));
  };
  return {
    encryptionKeys:
      encryptionKeys ??
      kept('encryption-keys', () => `dev-1:${random.bytes(32).toString('base64')}`, parseWrappingKeys),
    signingKeys: signingKeys ?? kept('jwt-private-keys.pem', makeSigningKey, parseSigningKeys),
  };
}

function makeSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The file appears whole or not at all, and is never replaced: two starts at once end up with the same key. */
function readOrMake(path: string, draftName: string, make: () => string): string {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (!existsSync(path)) {
    // In containers that share a folder every process may have the same id.
    const draft = `${path}.${draftName}`;
    writeFileSync(draft, make(), { mode: 0o600 });
    linkUnlessThere(draft, path);
    rmSync(draft);
  }
  return readFileSync(path, 'utf8').trim();
}

function linkUnlessThere(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
