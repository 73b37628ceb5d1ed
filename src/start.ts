import { buildApp } from './app.ts';
import { readEnvFile } from './composition/env-file.ts';
import { compose } from './composition/index.ts';
import { createShutdown } from './composition/shutdown.ts';
import { describeStartFailure, toListenFailure } from './composition/start-failures.ts';
import { describeAddresses, describeSetup } from './composition/start-lines.ts';
import { loadConfig } from './config.ts';
import { systemClock } from './lib/clock.ts';
import { warningAboutPublicUrl } from './lib/net/public-url.ts';
import { systemRandom } from './lib/random.ts';
import { createLogger } from './telemetry/logger.ts';
import { openTerminal } from './telemetry/terminal.ts';
import { readVersion } from './telemetry/version.ts';
import { warningAboutVariables } from './unknown-variables.ts';

/** The time over which the closing of sockets is spread, so that clients do not all reconnect at once. */
const DRAIN_MS = 2_000;

/** How long the recovery of unfinished requests is waited for. The poller has a limit of its own. */
const STOP_SWEEP_MS = 1_500;

/** Any interval will do. About twelve days: below the longest delay of a Node timer, and without work in between. */
const IDLE_INTERVAL_MS = 2 ** 30;

/** Runs the gateway until a signal ends it. It never returns normally: a failure to start ends the process with 1. */
export async function run(): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${describeStartFailure(error, process.env.LOG_LEVEL)}\n`);
    // Parts that are open already, such as a connection that reconnects, must not keep the process alive.
    process.exit(1);
  }
}

async function start(): Promise<void> {
  // Node ends a process that has nothing open, and the timers of `Clock` do not count as open (`unref`). While it waits for a
  // database nothing else is open either. This timer does nothing but count; the process ends by `exit` alone.
  setInterval(() => undefined, IDLE_INTERVAL_MS);
  // Until there is something to shut down, for instance while the database is waited for, a signal ends the process.
  let onSignal = (_signal: NodeJS.Signals): void => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => onSignal(signal));
  readEnvFile(process.cwd());
  const config = loadConfig(process.env);
  const terminal = await openTerminal(process.stdout.isTTY, process.env.LOG_LEVEL);
  const logger = createLogger({ level: config.logLevel, ...(terminal && { destination: terminal }) });
  const version = await readVersion();
  logger.info(describeSetup(config, version), 'starting');
  const aboutUrl = config.isProduction ? warningAboutPublicUrl(config.publicUrl) : undefined;
  for (const warning of [aboutUrl, warningAboutVariables(process.env)])
    if (warning !== undefined) logger.warn({}, warning);
  const deps = await compose(config, {
    version,
    clock: systemClock,
    random: systemRandom,
    logger,
  });
  const draining = new AbortController();
  const cut = new AbortController();
  const app = await buildApp({
    ...deps,
    config,
    logger,
    clock: systemClock,
    onSessionRevoked: (listener) => deps.sessions.onRevoked(({ sessionId }) => listener(sessionId)),
    drainMs: DRAIN_MS,
    shutdown: { draining: draining.signal, cut: cut.signal },
    checkReadiness: async () =>
      draining.signal.aborted ? { isReady: false, warnings: [] } : deps.checkReadiness(),
  });

  try {
    await app.listen({ port: config.port, host: config.host });
  } catch (error) {
    throw toListenFailure(error, config);
  }
  const metricsUrl = await deps.serveMetrics();
  await deps.poller.start();
  deps.intentSweeper.start();
  await deps.webhookDeliverer.start();
  deps.housekeeping.start();

  let closed = Promise.resolve();
  const shutDown = createShutdown({
    drainDelayMs: config.drainDelayMs,
    timeoutMs: config.shutdownTimeoutMs,
    clock: systemClock,
    logger,
    announce: () => draining.abort(),
    finish() {
      closed = app.close();
      // A recovery that takes longer is continued by the next process.
      const swept = Promise.race([deps.intentSweeper.stop(), systemClock.sleep(STOP_SWEEP_MS)]);
      const stopped = [deps.poller.stop(), deps.webhookDeliverer.stop(), swept];
      return Promise.all([closed, ...stopped]).then(deps.tracer.flush);
    },
    async cut(limitMs) {
      // Most requests wait for an upstream. They answer by themselves when their calls have ended.
      await deps.endUpstreamCalls();
      await Promise.race([closed, systemClock.sleep(limitMs / 2)]);
      cut.abort();
      await Promise.race([closed, systemClock.sleep(limitMs / 2)]);
    },
    async release() {
      await deps.housekeeping.stop();
      await deps.close();
    },
    exit: (code) => process.exit(code),
  });
  onSignal = shutDown;
  // Last, because a supervisor may stop the process as soon as it reads this line.
  logger.info(describeAddresses(app.listeningOrigin, config, metricsUrl), 'listening');
}
