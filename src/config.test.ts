import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const KEYS = { ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` };

/** The variables a start is refused for. */
function wrongIn(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(' ')[0] ?? '');
  }
}

test('an empty environment is usable and has the documented defaults', () => {
  expect(loadConfig({})).toMatchObject({
    isProduction: false,
    port: 4_000,
    host: '127.0.0.1',
    dataDir: './data',
    issuer: 'http://127.0.0.1:4000',
    audience: 'quantgate',
    accessTokenTtlMs: 600_000,
    refreshTokenTtlMs: 30 * 86_400_000,
    refreshGraceMs: 10_000,
    registrationOpen: true,
    corsOrigins: [],
    corsHeaders: [],
    quantConnectBaseUrl: 'https://www.quantconnect.com/api/v2',
    upstream: { timeoutMs: 10_000, maxBytes: 5 * 1024 ** 2, ratePerSecond: 10, burst: 60 },
    pollIntervalMs: 2_000,
    pollIntervalMaxMs: 30_000,
    pollConcurrency: 64,
    eventRetentionMs: 30 * 86_400_000,
    maxWatchesPerUser: 500,
    maxSocketsPerUser: 50,
    maxSubscriptionsPerSocket: 100,
    bodyLimitBytes: 1024 ** 2,
    graphql: { maxTokens: 1_000, maxDepth: 10, maxAliases: 30, graphiql: true, introspection: true },
    loginRate: { count: 10, windowMs: 60_000 },
    logLevel: 'info',
  });
});

test('an empty variable counts as unset', () => {
  expect(loadConfig({ PORT: '', CORS_ORIGINS: '', ADMIN_EMAIL: '' }).port).toBe(4_000);
});

test('what is given is taken', () => {
  const config = loadConfig({
    PORT: '0',
    HOST: '0.0.0.0',
    REFRESH_GRACE: '0s',
    CORS_ORIGINS: 'https://a.example, http://localhost:5173',
    QUANTCONNECT_BASE_URL: 'http://127.0.0.1:4100/api/v2/',
    UPSTREAM_RATE: '0.5',
    GRAPHIQL: 'off',
    REGISTRATION: 'closed',
  });
  expect(config).toMatchObject({
    issuer: 'http://localhost:0',
    refreshGraceMs: 0,
    corsOrigins: ['https://a.example', 'http://localhost:5173'],
    quantConnectBaseUrl: 'http://127.0.0.1:4100/api/v2',
    upstream: { ratePerSecond: 0.5 },
    graphql: { graphiql: false, introspection: true },
    registrationOpen: false,
  });
});

test.each([
  ['::1', 'http://[::1]:4000'],
  ['::', 'http://localhost:4000'],
  ['0.0.0.0', 'http://localhost:4000'],
  ['fe80::1%eth0', 'http://[fe80::1]:4000'],
  ['gateway.test', 'http://gateway.test:4000'],
  ['127.0.0.1', 'http://127.0.0.1:4000'],
  ['localhost', 'http://localhost:4000'],
])('without PUBLIC_URL, the URL and the issuer of HOST %s are %s', (HOST, url) => {
  expect(loadConfig({ HOST })).toMatchObject({ publicUrl: url, issuer: url });
  expect(new URL(url).origin).toBe(url);
});

test.each([
  ['https://gateway.example.com', 'https://gateway.example.com'],
  ['HTTPS://Gateway.Example.com:443/', 'https://gateway.example.com'],
  ['http://10.0.0.1:8080/quantgate/', 'http://10.0.0.1:8080/quantgate'],
])('PUBLIC_URL %s is taken as %s, and is the issuer unless JWT_ISSUER is another', (given, url) => {
  expect(loadConfig({ PUBLIC_URL: given })).toMatchObject({ publicUrl: url, issuer: url });
  expect(loadConfig({ PUBLIC_URL: given, JWT_ISSUER: 'ours' })).toMatchObject({
    publicUrl: url,
    issuer: 'ours',
  });
});

test('CORS_HEADERS is a list of names, whatever their case', () => {
  expect(loadConfig({ CORS_HEADERS: 'X-Tenant, x-team' }).corsHeaders).toEqual(['x-tenant', 'x-team']);
});

function productionEnvironment() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const JWT_PRIVATE_KEYS = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { ...KEYS, JWT_PRIVATE_KEYS, NODE_ENV: 'production' };
}

test('in production nobody can sign up unless that is asked for', () => {
  const env = productionEnvironment();
  expect(loadConfig(env).registrationOpen).toBe(false);
  expect(loadConfig({ ...env, REGISTRATION: 'open' }).registrationOpen).toBe(true);
});

test('in production requests are taken for 5 s after SIGTERM, or half of a shorter timeout', () => {
  const env = productionEnvironment();
  expect(loadConfig(env)).toMatchObject({ drainDelayMs: 5_000, shutdownTimeoutMs: 25_000 });
  expect(loadConfig({ ...env, SHUTDOWN_TIMEOUT: '6s' })).toMatchObject({ drainDelayMs: 3_000 });
  expect(loadConfig({ ...env, DRAIN_DELAY: '0s' })).toMatchObject({ drainDelayMs: 0 });
  expect(loadConfig({})).toMatchObject({ drainDelayMs: 0, shutdownTimeoutMs: 25_000 });
});

test.each([
  ['?sslmode=require', '?sslmode=verify-full'],
  ['?sslmode=verify-ca&sslrootcert=%2Fca.pem', '?sslmode=verify-full&sslrootcert=%2Fca.pem'],
  ['?sslmode=require&uselibpqcompat=true', '?sslmode=require&uselibpqcompat=true'],
  ['?sslmode=disable', '?sslmode=disable'],
  ['', ''],
])('a DATABASE_URL that ends in "%s" is used as "%s"', (given, used) => {
  const url = 'postgres://ada:a%20b@db/quantgate';
  expect(loadConfig({ DATABASE_URL: url + given }).databaseUrl).toBe(url + used);
});

describe('what is refused, by its name', () => {
  test.each<[string, string]>([
    ['PORT', '65536'],
    ['PORT', '4000.5'],
    ['ACCESS_TOKEN_TTL', '11m'],
    ['ACCESS_TOKEN_TTL', '0s'],
    ['REGISTRATION', 'maybe'],
    ['ADMIN_EMAIL', 'root'],
    ['HOST', 'a b'],
    ['PUBLIC_URL', 'gateway.example.com'],
    ['PUBLIC_URL', 'ftp://gateway.example.com'],
    ['PUBLIC_URL', 'https://ada:secret@gateway.example.com'],
    ['PUBLIC_URL', 'https://gateway.example.com/?a=1'],
    ['PUBLIC_URL', 'https://gateway.example.com/#a'],
    ['PUBLIC_URL', 'https:///gateway'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example/'],
    ['CORS_HEADERS', 'x-a: b'],
    ['CORS_HEADERS', '*'],
    ['QUANTCONNECT_BASE_URL', 'javascript:alert(1)'],
    ['UPSTREAM_RATE', '0'],
    ['UPSTREAM_BURST', '0'],
    ['POLL_INTERVAL', '-1s'],
    ['EVENT_RETENTION', 'forever'],
    ['MAX_SOCKETS_PER_USER', '0'],
    ['BODY_LIMIT', '0'],
    ['LOGIN_RATE', '10'],
    ['GRAPHIQL', 'maybe'],
    ['CONSOLE', 'maybe'],
    ['CONSOLE_SIMULATOR', '12345:secret:acme'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://localhost/quantgate'],
    ['REDIS_URL', 'localhost:6379'],
    ['DRAIN_DELAY', '25s'],
    ['SHUTDOWN_TIMEOUT', '500ms'],
  ])('%s=%s', (name, value) => {
    const rest: Record<string, string> = name === 'ADMIN_EMAIL' ? { ADMIN_PASSWORD: 'correct horse' } : {};
    expect(wrongIn({ ...rest, [name]: value })).toEqual([name]);
  });

  test('rules between variables are told together with the rest', () => {
    const env = { PORT: 'x', POLL_INTERVAL: '1m', POLL_INTERVAL_MAX: '30s', ADMIN_PASSWORD: 'correct horse' };
    expect(wrongIn(env).sort()).toEqual(['ADMIN_EMAIL', 'PORT', 'POLL_INTERVAL'].sort());
  });

  test('production insists on its keys', () => {
    const env = { NODE_ENV: 'production' };
    expect(wrongIn(env)).toEqual(['ENCRYPTION_KEYS', 'JWT_PRIVATE_KEYS']);
    expect(wrongIn({ ...env, ...KEYS })).toEqual(['JWT_PRIVATE_KEYS']);
  });

  test('no secret is shown', () => {
    const secret = 'hunter2hunter2hunter2';
    for (const name of [
      'ENCRYPTION_KEYS',
      'JWT_PRIVATE_KEYS',
      'ADMIN_PASSWORD',
      'PORT',
      'DATABASE_URL',
      'REDIS_URL',
    ]) {
      expect(() => loadConfig({ [name]: secret })).toThrow(ConfigError);
      expect(() => loadConfig({ [name]: secret })).not.toThrow(secret);
    }
  });
});

test('the credential of a simulator is offered only beside a simulator, and not in production', () => {
  const [token, organization] = ['0f'.repeat(32), 'a1'.repeat(16)];
  const env = { CONSOLE_SIMULATOR: `12345:${token}:${organization}` };
  const simulator = { QUANTCONNECT_BASE_URL: 'http://127.0.0.1:4100/api/v2' };
  expect(loadConfig({ ...env, ...simulator }).consoleSimulator).toEqual({
    userId: '12345',
    apiToken: token,
    organizationId: organization,
  });
  expect(wrongIn(env)).toEqual(['CONSOLE_SIMULATOR']);
  expect(() => loadConfig({ ...productionEnvironment(), ...simulator, ...env })).toThrow(
    'CONSOLE_SIMULATOR must not be set in production',
  );
  expect(loadConfig({}).consoleSimulator).toBeUndefined();
});

test('in production an upstream by http: is taken on loopback only', () => {
  const load = (url: string) => () =>
    loadConfig({ ...productionEnvironment(), QUANTCONNECT_BASE_URL: url, QUANTCDN_BASE_URL: url });
  for (const url of [
    'https://sim.example.com',
    'http://127.0.0.1:4100',
    'http://[::1]:4100',
    'http://localhost:1',
  ])
    expect(load(url)).not.toThrow();
  for (const url of [
    'http://sim.example.com',
    'http://127.0.0.1.example.com',
    'http://10.0.0.1',
    'http://[::2]',
  ])
    expect(load(url)).toThrow(
      /QUANTCONNECT_BASE_URL must be https: in production.*QUANTCDN_BASE_URL must be https: in production/s,
    );
  expect(() => loadConfig({ QUANTCONNECT_BASE_URL: 'http://sim.example.com' })).not.toThrow();
});

test('the endpoint of OpenTelemetry turns tracing on, unless its own variables keep it off', () => {
  const urlOf = (env: Record<string, string>) =>
    loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', ...env }).tracesUrl;
  expect(loadConfig({}).tracesUrl).toBeUndefined();
  expect(urlOf({})).toBe('http://collector:4318/v1/traces');
  expect(urlOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/in' })).toBe(
    'https://traces.example.com/in',
  );
  expect(urlOf({ OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
});
