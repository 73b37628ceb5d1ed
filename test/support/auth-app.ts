import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { buildApp } from '../../src/app.ts';
import { argon2Hasher, type Hasher } from '../../src/auth/hasher.ts';
import type { Sessions } from '../../src/auth/sessions.ts';
import { createAuth } from '../../src/composition/auth.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { type SigningKey, toSigningKey, type WrappingKey } from '../../src/lib/keys.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Readiness } from '../../src/lib/readiness.ts';
import type { Audit } from '../../src/services/common/audit.ts';
import type { Accounts } from '../../src/services/identity/accounts.ts';
import type { Services } from '../../src/services/services.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { noTracer } from '../../src/telemetry/tracing.ts';
import { searchForSecrets } from './log-watch.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

/** The options of a test; all else is as in production. */
export interface AuthAppOptions {
  /** Environment variables over the defaults. */
  env?: Record<string, string>;
  hasher?: Hasher;
  storePath?: string;
  checkReadiness?: () => Promise<Readiness>;
}

/** The real app over an embedded store, with its parts accessible. */
export interface AuthApp extends AsyncDisposable {
  app: FastifyInstance;
  accounts: Accounts;
  audit: Audit;
  sessions: Sessions;
  store: Store;
  config: Config;
  clock: ManualClock;
  signingKey: SigningKey;
  /** Every line logged so far, at trace level. */
  logLines: string[];
  post(url: string, body?: unknown, options?: InjectOptions): Promise<LightMyRequestResponse>;
  get(url: string, accessToken?: string): Promise<LightMyRequestResponse>;
}

/** Creates a random wrapping key. */
export function newWrappingKey(kid: string): WrappingKey {
  return { kid, key: createSecretKey(randomBytes(32)) };
}

/** Creates a random signing key. */
export function newSigningKey(kid: string, type: 'ed25519' | 'ec' = 'ed25519'): SigningKey {
  return toSigningKey(
    type === 'ed25519'
      ? generateKeyPairSync('ed25519').privateKey
      : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    kid,
  );
}

/** Composes store, accounts and the HTTP side, without listening. */
export async function bootAuthApp(options: AuthAppOptions = {}): Promise<AuthApp> {
  const config = loadConfig({ LOG_LEVEL: 'trace', REQUEST_RATE: 'off', ...options.env });
  const clock = createManualClock();
  const random = systemRandom;
  const store = await openStore(options.storePath ?? ':memory:');
  const signingKey = newSigningKey('sig-1');
  const logLines: string[] = [];
  const logger = createLogger({
    level: config.logLevel,
    destination: { write: (line) => logLines.push(line) },
  });
  const keys = { encryptionKeys: [newWrappingKey('k1')], signingKeys: [signingKey] };
  const hasher = options.hasher ?? argon2Hasher;
  const { services, sessions } = await createAuth(config, { store, keys, hasher, clock, random, logger });
  const { accounts, audit } = services;
  const app = await buildApp({
    config,
    logger,
    services: services as Services,
    clock,
    tracer: noTracer,
    onSessionRevoked: (listener) => sessions.onRevoked(({ sessionId }) => listener(sessionId)),
    drainMs: 0,
    shutdown: { draining: new AbortController().signal, cut: new AbortController().signal },
    checkReadiness: options.checkReadiness ?? (async () => ({ isReady: true, warnings: [] })),
  });

  return {
    app,
    accounts,
    audit,
    sessions,
    store,
    config,
    clock,
    signingKey,
    logLines,
    post: (url, body, more) =>
      app.inject({
        method: 'POST',
        url,
        ...(body === undefined ? {} : { payload: body as object }),
        ...more,
      }),
    get: (url, accessToken) => app.inject({ method: 'GET', url, headers: bearer(accessToken) }),
    async [Symbol.asyncDispose]() {
      await app.close();
      await store.close();
      searchForSecrets(logLines);
    },
  };
}

/** The authorization header of an access token. */
export function bearer(accessToken?: string): Record<string, string> {
  return accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
}

/** A fast hasher that counts its calls and accepts the same passwords as the real one. */
export function createFakeHasher(): Hasher & { calls: { hash: number; verify: number } } {
  const calls = { hash: 0, verify: 0 };
  return {
    calls,
    hash: async (password) => {
      calls.hash += 1;
      return `fake$${Buffer.from(password).toString('hex')}`;
    },
    verify: async (stored, password) => {
      calls.verify += 1;
      return stored === `fake$${Buffer.from(password).toString('hex')}`;
    },
    isOutdated: () => false,
  };
}

/** Registers a user and signs it in. */
export async function signUp(
  { post }: Pick<AuthApp, 'post'>,
  email = 'ada@example.com',
  password = 'correct horse battery',
) {
  await post('/v1/auth/register', { email, password });
  const response = await post('/v1/auth/login', { email, password });
  return {
    email,
    password,
    ...response.json<{ accessToken: string; refreshToken: string; expiresIn: number }>(),
  };
}
