import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import {
  type Simulator,
  type SimulatorOptions,
  seededAccount,
  seededQuantCdnToken,
  startSimulator,
} from '../../simulator/index.ts';
import { buildApp } from '../../src/app.ts';
import { type Composition, compose } from '../../src/composition/index.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import type { Resolve } from '../../src/worker/webhooks/send.ts';
import { createGraphQLClient, type GraphQLClient } from './client.ts';
import { searchForSecrets } from './log-watch.ts';

/** The options of a test; all else is as in production, with shorter times. */
export interface GatewayOptions {
  /** Environment variables over the test's defaults. */
  env?: Record<string, string>;
  simulator?: SimulatorOptions;
  /** A simulator that several gateways share; it is not closed with them. */
  upstream?: Simulator;
  clock?: Clock;
  /** How long a client may leave its answer unread. */
  unreadMs?: number;
  /** How the hosts of webhooks are looked up. @default DNS */
  resolveHost?: Resolve;
  /** With false the test runs the polls itself: `deps.poller.tick()`. @default true */
  polls?: boolean;
}

/** The real gateway, listening, over a real store in its own folder, and a simulator as its upstream. */
export interface Gateway extends AsyncDisposable {
  url: string;
  /** Where the metrics are, when `METRICS_PORT` is set. */
  metricsUrl: string | undefined;
  app: FastifyInstance;
  deps: Composition;
  config: Config;
  simulator: Simulator;
  /** Every line logged so far, at trace level. */
  logLines: string[];
  /** Registers and signs in a user. */
  signUp(email?: string): Promise<GraphQLClient>;
  /** The same, with the simulator's seeded QuantConnect account stored. */
  signUpWithCredential(email?: string): Promise<GraphQLClient>;
  /** The same, with the seeded credentials of both upstreams stored. */
  signUpWithCredentials(email?: string): Promise<GraphQLClient>;
}

const TEST_ENV = {
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'trace',
  POLL_INTERVAL: '50ms',
  POLL_INTERVAL_MAX: '400ms',
  UPSTREAM_RATE: '1000',
  UPSTREAM_BURST: '1000',
  LOGIN_RATE: '1000/1m',
  VERIFICATION_RATE: '1000/1m',
  REQUEST_RATE: 'off',
  // Built only where a test needs it: test/support/console.ts.
  CONSOLE: 'off',
};

/** Boots the gateway in this process. */
export async function bootGateway(options: GatewayOptions = {}): Promise<Gateway> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-test-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const simulator = options.upstream ?? (await startSimulator({ pace: 'fast', ...options.simulator }));
  if (options.upstream === undefined) started.defer(() => simulator.close());

  const config = loadConfig({
    ...TEST_ENV,
    DATA_DIR: join(folder, 'data'),
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    ...options.env,
  });
  const clock = options.clock ?? systemClock;
  const logLines: string[] = [];
  const logger = createLogger({
    level: config.logLevel,
    destination: { write: (line) => logLines.push(line) },
  });
  const deps = await compose(config, {
    ...{ version: 'test', clock, random: systemRandom, logger },
    resolveHost: options.resolveHost,
  });
  started.defer(() => deps.close());
  const app = await buildApp({
    ...deps,
    config,
    logger,
    clock,
    onSessionRevoked: (listener) => deps.sessions.onRevoked(({ sessionId }) => listener(sessionId)),
    drainMs: 0,
    ...(options.unreadMs !== undefined && { unreadMs: options.unreadMs }),
    shutdown: { draining: new AbortController().signal, cut: new AbortController().signal },
  });
  started.defer(() => app.close());
  const url = await app.listen({ host: config.host, port: config.port });
  const metricsUrl = await deps.serveMetrics();
  if (options.polls !== false) {
    await deps.poller.start();
    deps.intentSweeper.start();
    await deps.webhookDeliverer.start();
  }
  started.defer(async () => {
    await Promise.all([deps.poller.stop(), deps.intentSweeper.stop(), deps.webhookDeliverer.stop()]);
  });

  const stack = started.move();
  const signUp = async (email = 'ada@example.com') => {
    const client = createGraphQLClient(url);
    await client.signUp(email);
    return client;
  };
  const signUpWithCredential = async (email?: string) => {
    const client = await signUp(email);
    await client.saveCredential(seededAccount);
    return client;
  };
  return {
    url,
    metricsUrl,
    app,
    deps,
    config,
    simulator,
    logLines,
    signUp,
    signUpWithCredential,
    async signUpWithCredentials(email) {
      const client = await signUpWithCredential(email);
      await client.saveQuantCdnCredential(seededQuantCdnToken);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await stack.disposeAsync();
      searchForSecrets(logLines);
    },
  };
}
