import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { type Metrics, noMetrics } from '../lib/metrics/metrics.ts';
import { StartError } from '../lib/start-error.ts';
import { openStore, type Store, type StoreOptions } from '../store/store.ts';
import { withFileFailures } from './file-failures.ts';
import { describeMissingRights, describePostgresFailure, isNotThereYet } from './postgres-failures.ts';

interface Surroundings {
  clock: Clock;
  logger: Logger;
  /** @default nothing is counted */
  metrics?: Metrics;
}

/** How long a start waits for a database that is not there yet, and the pause between two attempts. */
const WAIT_MS = 30_000;
const PAUSE_MS = 1_000;

const FILE = 'quantgate.db';

/** The part of the configuration that names the store. */
export type StoreConfig = Pick<Config, 'databaseUrl' | 'dataDir' | 'databasePool'>;

/** Opens the store that the configuration names. @throws StartError that says what is wrong with it */
export function openConfiguredStore(config: StoreConfig, surroundings: Surroundings): Promise<Store> {
  return open(config, surroundings, true);
}

/**
 * Opens the store for a command beside a running gateway: it needs no lock, makes no store and changes no table.
 * @throws StartError when there is no store, or something is wrong with it
 */
export async function openExistingStore(config: StoreConfig, surroundings: Surroundings): Promise<Store> {
  if (hasStore(config)) return open(config, surroundings, false);
  throw new StartError(
    `There is no store in DATA_DIR ${config.dataDir}: name its folder, or start the gateway first`,
  );
}

/** The file of the embedded store. */
export function storeFileOf({ dataDir }: Pick<StoreConfig, 'dataDir'>): string {
  return join(dataDir, FILE);
}

/** False when the embedded store has no file yet. A PostgreSQL database is there, or cannot be opened. */
export function hasStore({ databaseUrl, dataDir }: StoreConfig): boolean {
  return databaseUrl !== undefined || existsSync(join(dataDir, FILE));
}

async function open(
  { databaseUrl: url, dataDir, databasePool }: StoreConfig,
  { clock, logger, metrics = noMetrics }: Surroundings,
  migrates: boolean,
): Promise<Store> {
  const onStatement = reportTo(metrics);
  if (url === undefined) {
    return withFileFailures({ dataDir, file: FILE }, () =>
      openStore(join(dataDir, FILE), { ...onStatement, logger, migrates }),
    );
  }
  // The driver is loaded only where it is used.
  const { mayCreateTables, probePostgres } = await import('../store/driver/postgres-probe.ts');
  await waitForPostgres(url, { clock, logger, probe: probePostgres });
  try {
    return await openStore(url, { ...databasePool, ...onStatement, logger, migrates });
  } catch (error) {
    if (error instanceof StartError) throw error;
    // The driver's own reason is lost in a transaction that was aborted by it.
    const line = (await mayCreateTables(url))
      ? describePostgresFailure(error, url)
      : describeMissingRights(url);
    throw new StartError(line, { cause: error });
  }
}

/** Measures statements only where that is kept, because it costs each of them. */
function reportTo(metrics: Metrics): Pick<StoreOptions, 'onStatement'> {
  if (metrics === noMetrics) return {};
  return {
    onStatement: (statement, seconds) => metrics.storeQuerySeconds.observe({ statement }, seconds),
  };
}

/** Waits while the database is not there yet, and logs that once. @throws StartError after 30 s, or for a mistake */
export async function waitForPostgres(
  url: string,
  { clock, logger, probe }: Surroundings & { probe(url: string): Promise<void> },
): Promise<void> {
  let isOver = false;
  let isAnnounced = false;
  const limit = clock.after(WAIT_MS, () => {
    isOver = true;
  });
  for (;;) {
    try {
      await probe(url);
      limit.cancel();
      return;
    } catch (error) {
      const line = describePostgresFailure(error, url);
      if (isOver || !isNotThereYet(error)) throw new StartError(line, { cause: error });
      if (!isAnnounced) logger.warn({}, `${line}; waiting for it up to ${WAIT_MS / 1_000} s`);
      isAnnounced = true;
    }
    await clock.sleep(PAUSE_MS);
  }
}
