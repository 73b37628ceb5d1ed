import type { Config } from '../../config.ts';
import type { WrappingKey } from '../../lib/keys.ts';
import { type Check, checksOf } from './check.ts';

/** 32 random bytes have about 30 different values; fewer than this are no chance. */
const FEWEST_VALUES = 16;

/** Whether keys that the environment sets are random, and different from each other. */
export function checkKeyStrength({ encryptionKeys, signingKeys, isProduction }: Config): Check[] {
  const { ok, warn, fail } = checksOf('keys');
  const keys = encryptionKeys ?? [];
  const weak = keys.filter(isGuessable).map(({ kid }) => kid);
  const same = keys.filter((key, index) => keys.findIndex((other) => key.key.equals(other.key)) !== index);
  const found = [
    ...weak.map((kid) =>
      fail(`ENCRYPTION_KEYS: the key ${kid} is not random; make one with \`quantgate keys new\` and rotate`),
    ),
    ...same.map(({ kid }) => warn(`ENCRYPTION_KEYS: ${kid} is the same key as another one; remove one name`)),
  ];
  if (found.length > 0) return found;
  if (isProduction || (encryptionKeys && signingKeys)) return [ok(`${keys.length} keys wrap stored secrets`)];
  return [ok('Development keys: a gateway makes them in DATA_DIR, and keeps them')];
}

/** True for text, and for bytes that repeat. */
function isGuessable({ key }: WrappingKey): boolean {
  const bytes = key.export();
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText || new Set(bytes).size < FEWEST_VALUES;
}
