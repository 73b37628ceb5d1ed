import type { Environment } from '../environment.ts';
import { isRecord } from '../errors.ts';

/** The tokens of a session, as the gateway gave them. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** When the access token ends, in ms since the epoch by this machine's clock. */
  expiresAtMs: number;
}

/** Keeps the tokens of a session, for all tabs of a page where they share a storage. */
export interface TokenStore {
  read(): Tokens | undefined;
  write(tokens: Tokens | undefined): void;
}

/** Tokens that end with this client. */
export function inMemory(): TokenStore {
  let held: Tokens | undefined;
  return {
    read: () => held,
    write: (tokens) => {
      held = tokens;
    },
  };
}

/**
 * Tokens in the storage of the page, which every script of its origin can read: a session by cookie is safer.
 * @param key names the entry; clients of several gateways need one each
 */
export function inStorage({ storage }: Environment, key: string): TokenStore {
  if (storage === undefined) return inMemory();
  return {
    read() {
      const text = storage.getItem(key);
      return text === null ? undefined : toTokens(text);
    },
    write(tokens) {
      if (tokens === undefined) storage.removeItem(key);
      else storage.setItem(key, JSON.stringify(tokens));
    },
  };
}

function toTokens(text: string): Tokens | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const { accessToken, refreshToken, expiresAtMs } = value;
    if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return undefined;
    return { accessToken, refreshToken, expiresAtMs: Number(expiresAtMs) };
  } catch {
    return undefined;
  }
}
