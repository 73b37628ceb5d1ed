import { z } from 'zod';
import {
  absoluteUrl,
  bytes,
  duration,
  flag,
  headerNames,
  httpUrl,
  integer,
  list,
  origins,
  orOff,
  parsed,
  positive,
  simulatorCredential,
  url,
} from './config-values.ts';
import { parseSigningKeys, parseWrappingKeys } from './lib/keys.ts';
import { nameSslMode } from './lib/net/database-url.ts';
import { isProxy } from './lib/net/network.ts';
import { isSecureOrLoopback, normalizeUrl, urlOfServer } from './lib/net/public-url.ts';
import { tracesUrlOf } from './lib/net/traces-url.ts';
import { defaultDrainDelayMs } from './lib/readiness.ts';
import { hasLength } from './lib/text.ts';
import { parseDurationMs, parseRate } from './lib/units.ts';

const QUANTCONNECT_URL = 'https://www.quantconnect.com/api/v2';

const environment = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: integer(0, 65_535).prefault('4000'),
  HOST: z
    .string()
    .refine((host) => URL.canParse(urlOfServer(host, 0)), 'must be an address or a name of this machine')
    .default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: url(/^postgres(ql)?:\/\//, 'must be a URL like postgres://user@host/database')
    .transform(nameSslMode)
    .optional(),
  DATABASE_POOL_SIZE: integer(1, 1_000).prefault('10'),
  DATABASE_POOL_LIFETIME: duration
    .refine((ms) => ms >= 1_000 && ms <= 86_400_000, 'must be from 1s to 1d')
    .prefault('30m'),
  REDIS_URL: url(/^rediss?:\/\//, 'must be a URL like redis://host:6379').optional(),
  REDIS_PREFIX: z.string().min(1).max(100).default('quantgate:'),
  ENCRYPTION_KEYS: parsed(parseWrappingKeys, 'must read kid:base64(32 bytes)').optional(),
  JWT_PRIVATE_KEYS: parsed(parseSigningKeys, 'must be a JWK set or PEMs').optional(),
  PUBLIC_URL: absoluteUrl.optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).default('quantgate'),
  TRUSTED_ISSUERS: list.refine((all) => all.every(isSecureOrLoopback), 'must be https: issuers').default([]),
  ACCESS_TOKEN_TTL: duration
    .refine((ms) => ms >= 1_000 && ms <= 600_000, 'must be from 1s to 10m')
    .prefault('10m'),
  REFRESH_TOKEN_TTL: duration.prefault('30d'),
  REFRESH_GRACE: parsed(parseDurationMs, 'must be a duration like 10s').prefault('10s'),
  SESSION_TTL_MAX: duration.prefault('90d'),
  REGISTRATION: z.enum(['open', 'closed'], 'must be open or closed').optional(),
  ADMIN_EMAIL: z.email('must be an e-mail address').optional(),
  ADMIN_PASSWORD: z
    .string()
    .refine((password) => hasLength(password, 8, 128), 'must have 8 to 128 characters')
    .optional(),
  CORS_ORIGINS: origins.prefault(''),
  CORS_HEADERS: headerNames.prefault(''),
  QUANTCONNECT_BASE_URL: httpUrl.prefault(QUANTCONNECT_URL),
  QUANTCDN_BASE_URL: httpUrl.prefault('https://dashboard.quantcdn.io'),
  UPSTREAM_TIMEOUT: duration.prefault('10s'),
  UPSTREAM_MAX_BYTES: bytes.prefault('5mb'),
  UPSTREAM_RATE: positive.prefault('10'),
  UPSTREAM_BURST: integer(1, 100_000).prefault('60'),
  UPSTREAM_CONNECTIONS: integer(1, 10_000).prefault('64'),
  UPSTREAM_CONNECTIONS_PER_USER: integer(1, 10_000).prefault('16'),
  POLL_INTERVAL: duration.prefault('2s'),
  POLL_INTERVAL_MAX: duration.prefault('30s'),
  POLL_CONCURRENCY: integer(1, 10_000).prefault('64'),
  EVENT_RETENTION: duration.prefault('30d'),
  TRANSCRIPT_RETENTION: orOff(
    (text) => parseDurationMs(text) || undefined,
    'must be a duration like 90d',
  ).prefault('90d'),
  MAX_SESSIONS_PER_USER: integer(1, 1_000_000).prefault('50'),
  MAX_WATCHES_PER_USER: integer(1, 1_000_000).prefault('500'),
  MAX_CREDENTIALS_PER_USER: integer(1, 100_000).prefault('20'),
  VERIFICATION_RATE: parsed(parseRate, 'must be a rate like 10/1m').prefault('10/1m'),
  WEBHOOK_ALLOW_PRIVATE: flag.prefault('false'),
  MAX_SOCKETS_PER_USER: integer(1, 1_000_000).prefault('50'),
  MAX_SUBSCRIPTIONS_PER_SOCKET: integer(1, 1_000_000).prefault('100'),
  BODY_LIMIT: bytes.prefault('1mb'),
  GRAPHQL_MAX_TOKENS: integer(1, 1_000_000).prefault('1000'),
  GRAPHQL_MAX_DEPTH: integer(1, 1_000).prefault('10'),
  GRAPHQL_MAX_ALIASES: integer(1, 100_000).prefault('30'),
  GRAPHQL_MAX_UPSTREAM_CALLS: integer(1, 1_000_000).prefault('100'),
  GRAPHQL_MAX_NODES: integer(1, 100_000_000).prefault('10000'),
  RESPONSE_LIMIT: bytes.prefault('8mb'),
  LOGIN_RATE: parsed(parseRate, 'must be a rate like 10/1m').prefault('10/1m'),
  REQUEST_RATE: orOff(parseRate, 'must be a rate like 100/1s').prefault('100/1s'),
  TRUST_PROXY: list
    .refine((items) => items.every(isProxy), 'must be comma separated addresses, ranges or loopback')
    .optional(),
  PERSISTED_OPERATIONS: z.string().min(1).optional(),
  CONSOLE: flag.prefault('on'),
  CONSOLE_SIMULATOR: simulatorCredential.optional(),
  GRAPHIQL: flag.optional(),
  INTROSPECTION: flag.optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be a pino level')
    .default('info'),
  DRAIN_DELAY: parsed(parseDurationMs, 'must be a duration like 5s').optional(),
  SHUTDOWN_TIMEOUT: duration.refine((ms) => ms >= 1_000, 'must be at least 1s').prefault('25s'),
  METRICS_PORT: integer(0, 65_535).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
});

/** The names of all variables. */
export const variableNames: readonly string[] = Object.keys(environment.shape);

/** An unusable environment; `message` names every wrong variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** An environment as Node gives it. */
export type Environment = Record<string, string | undefined>;

/**
 * Reads the configuration from an environment (docs/operate/configuration.md, Values). An empty variable counts as unset.
 * @throws ConfigError that names every wrong variable.
 */
export function loadConfig(env: Environment) {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = environment.safeParse(given);
  const problems = result.success ? crossChecks(result.data) : problemsOf(result.error, given);
  if (!result.success || problems.length > 0) {
    throw new ConfigError(
      `The environment is not usable:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }
  const values = result.data;
  const isProduction = values.NODE_ENV === 'production';
  const publicUrl = values.PUBLIC_URL ?? normalizeUrl(urlOfServer(values.HOST, values.PORT));
  return {
    isProduction,
    port: values.PORT,
    host: values.HOST,
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    databasePool: { poolSize: values.DATABASE_POOL_SIZE, poolLifetimeMs: values.DATABASE_POOL_LIFETIME },
    redisUrl: values.REDIS_URL,
    redisPrefix: values.REDIS_PREFIX,
    encryptionKeys: values.ENCRYPTION_KEYS,
    signingKeys: values.JWT_PRIVATE_KEYS,
    publicUrl,
    issuer: values.JWT_ISSUER ?? publicUrl,
    audience: values.JWT_AUDIENCE,
    trustedIssuers: values.TRUSTED_ISSUERS,
    accessTokenTtlMs: values.ACCESS_TOKEN_TTL,
    refreshTokenTtlMs: values.REFRESH_TOKEN_TTL,
    refreshGraceMs: values.REFRESH_GRACE,
    sessionTtlMaxMs: values.SESSION_TTL_MAX,
    maxSessionsPerUser: values.MAX_SESSIONS_PER_USER,
    registrationOpen: (values.REGISTRATION ?? (isProduction ? 'closed' : 'open')) === 'open',
    admin:
      values.ADMIN_EMAIL && values.ADMIN_PASSWORD
        ? { email: values.ADMIN_EMAIL, password: values.ADMIN_PASSWORD }
        : undefined,
    corsOrigins: values.CORS_ORIGINS,
    corsHeaders: values.CORS_HEADERS,
    quantConnectBaseUrl: values.QUANTCONNECT_BASE_URL,
    quantCdnBaseUrl: values.QUANTCDN_BASE_URL,
    upstream: {
      timeoutMs: values.UPSTREAM_TIMEOUT,
      maxBytes: values.UPSTREAM_MAX_BYTES,
      ratePerSecond: values.UPSTREAM_RATE,
      burst: values.UPSTREAM_BURST,
      connections: values.UPSTREAM_CONNECTIONS,
      connectionsPerOwner: values.UPSTREAM_CONNECTIONS_PER_USER,
    },
    pollIntervalMs: values.POLL_INTERVAL,
    pollIntervalMaxMs: values.POLL_INTERVAL_MAX,
    pollConcurrency: values.POLL_CONCURRENCY,
    eventRetentionMs: values.EVENT_RETENTION,
    /** Undefined when no transcript is kept. */
    transcriptRetentionMs: values.TRANSCRIPT_RETENTION === 'off' ? undefined : values.TRANSCRIPT_RETENTION,
    maxWatchesPerUser: values.MAX_WATCHES_PER_USER,
    maxCredentialsPerOwner: values.MAX_CREDENTIALS_PER_USER,
    verificationRate: values.VERIFICATION_RATE,
    webhooksAllowPrivate: values.WEBHOOK_ALLOW_PRIVATE,
    maxSocketsPerUser: values.MAX_SOCKETS_PER_USER,
    maxSubscriptionsPerSocket: values.MAX_SUBSCRIPTIONS_PER_SOCKET,
    bodyLimitBytes: values.BODY_LIMIT,
    responseLimitBytes: values.RESPONSE_LIMIT,
    graphql: {
      maxTokens: values.GRAPHQL_MAX_TOKENS,
      maxDepth: values.GRAPHQL_MAX_DEPTH,
      maxAliases: values.GRAPHQL_MAX_ALIASES,
      maxUpstreamCalls: values.GRAPHQL_MAX_UPSTREAM_CALLS,
      maxNodes: values.GRAPHQL_MAX_NODES,
      persistedOperationsFile: values.PERSISTED_OPERATIONS,
      graphiql: values.GRAPHIQL ?? !isProduction,
      introspection: values.INTROSPECTION ?? !isProduction,
    },
    console: values.CONSOLE,
    /** The credential that the console offers to all users. */
    consoleSimulator: values.CONSOLE_SIMULATOR,
    loginRate: values.LOGIN_RATE,
    requestRate: values.REQUEST_RATE === 'off' ? undefined : values.REQUEST_RATE,
    trustProxy: values.TRUST_PROXY,
    logLevel: values.LOG_LEVEL,
    metricsPort: values.METRICS_PORT,
    drainDelayMs: values.DRAIN_DELAY ?? defaultDrainDelayMs(isProduction, values.SHUTDOWN_TIMEOUT),
    shutdownTimeoutMs: values.SHUTDOWN_TIMEOUT,
    tracesUrl: tracesUrlOf(values),
  };
}

/** The configuration of one process; made once in `start.ts` and passed on in parts. */
export type Config = ReturnType<typeof loadConfig>;

function problemsOf(error: z.ZodError, given: Record<string, unknown>): string[] {
  const byVariable = new Map<string, string>();
  for (const issue of error.issues) byVariable.set(String(issue.path[0]), issue.message);
  const partial = Object.fromEntries(Object.entries(given).filter(([name]) => !byVariable.has(name)));
  const rest = environment.safeParse(partial);
  const cross = (rest.success ? crossChecks(rest.data) : []).filter(
    (line) => !byVariable.has(line.split(' ')[0] ?? ''),
  );
  return [...[...byVariable].map(([name, message]) => `${name} ${message}`), ...cross];
}

/** Rules between variables. They are checked even if some variable is wrong, so that one start reports all problems. */
function crossChecks(values: z.infer<typeof environment>): string[] {
  const problems: string[] = [];
  if (values.NODE_ENV === 'production') {
    if (!values.ENCRYPTION_KEYS) problems.push('ENCRYPTION_KEYS must be set in production');
    if (!values.JWT_PRIVATE_KEYS) problems.push('JWT_PRIVATE_KEYS must be set in production');
    const exposed = (name: string) => `${name} must be https: in production, or on the loopback`;
    if (!isSecureOrLoopback(values.QUANTCONNECT_BASE_URL)) problems.push(exposed('QUANTCONNECT_BASE_URL'));
    if (!isSecureOrLoopback(values.QUANTCDN_BASE_URL)) problems.push(exposed('QUANTCDN_BASE_URL'));
  }
  if (values.CONSOLE_SIMULATOR) {
    if (values.NODE_ENV === 'production') problems.push('CONSOLE_SIMULATOR must not be set in production');
    if (values.QUANTCONNECT_BASE_URL === QUANTCONNECT_URL)
      problems.push('CONSOLE_SIMULATOR needs QUANTCONNECT_BASE_URL, the address of the simulator');
  }
  if (values.METRICS_PORT && values.METRICS_PORT === values.PORT) problems.push('METRICS_PORT is also PORT');
  if (!values.ADMIN_EMAIL !== !values.ADMIN_PASSWORD)
    problems.push('ADMIN_EMAIL and ADMIN_PASSWORD must be set together');
  if (values.POLL_INTERVAL > values.POLL_INTERVAL_MAX)
    problems.push('POLL_INTERVAL must not exceed POLL_INTERVAL_MAX');
  if (values.DRAIN_DELAY !== undefined && values.DRAIN_DELAY >= values.SHUTDOWN_TIMEOUT)
    problems.push('DRAIN_DELAY must be shorter than SHUTDOWN_TIMEOUT');
  return problems;
}
