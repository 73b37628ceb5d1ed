import { readFile } from 'node:fs/promises';
import { buildApp } from './app.ts';
import { compose } from './composition/index.ts';
import { onShutdownSignal } from './composition/shutdown.ts';
import { ConfigError, loadConfig } from './config.ts';
import { systemClock } from './lib/clock.ts';
import { systemRandom } from './lib/random.ts';
import { createLogger } from './telemetry/logger.ts';

/** The time over which the closing of sockets is spread, so that clients do not all reconnect at once. */
const DRAIN_MS = 2_000;

/** The version in package.json. A build copies that file beside the code (scripts/copy-assets.ts). */
async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function start(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger({ level: config.logLevel });
  const deps = await compose(config, {
    version: await readVersion(),
    clock: systemClock,
    random: systemRandom,
    logger,
  });
  let isDraining = false;
  const app = await buildApp({
    ...deps,
    config,
    logger,
    clock: systemClock,
    onSessionRevoked: (listener) => deps.sessions.onRevoked(({ sessionId }) => listener(sessionId)),
    drainMs: DRAIN_MS,
    checkReadiness: async () => (isDraining ? { isReady: false, warnings: [] } : deps.checkReadiness()),
  });

  await app.listen({ port: config.port, host: config.host });
  await deps.poller.start();
  deps.intentSweeper.start();
  deps.housekeeping.start();
  logger.info({ address: app.listeningOrigin }, 'listening');

  onShutdownSignal(logger, [
    [
      'report as not ready',
      () => {
        isDraining = true;
      },
    ],
    ['stop polling', () => Promise.all([deps.poller.stop(), deps.intentSweeper.stop()])],
    ['finish requests and close sockets', () => app.close()],
    ['stop housekeeping', () => deps.housekeeping.stop()],
    ['close the store', () => deps.close()],
  ]);
}

try {
  await start();
} catch (error) {
  // There may be no logger yet. A wrong configuration is shown without a stack.
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  // Parts that are open already, such as a connection that reconnects, must not keep the process alive.
  process.exit(1);
}
