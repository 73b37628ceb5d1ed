import { readEncryptionKeys } from '../../composition/development-keys.ts';
import { hasStore, openExistingStore } from '../../composition/open-store.ts';
import { describeMissingRights, describePostgresFailure } from '../../composition/postgres-failures.ts';
import type { Runtime } from '../../composition/runtime.ts';
import type { Config } from '../../config.ts';
import { addressOf, StartError } from '../../lib/start-error.ts';
import { readSchemaState } from '../../store/driver/migrate.ts';
import { describePostgres, mayCreateTables, probePostgres } from '../../store/driver/postgres-probe.ts';
import { readTimeMs, type Store } from '../../store/store.ts';
import { assertKeysFit } from '../../vault/key-check.ts';
import { listKeyUsage } from '../../vault/key-usage.ts';
import { createVault } from '../../vault/vault.ts';
import { type Check, checking, checksOf } from './check.ts';

/** The oldest PostgreSQL that its makers still mend. */
const OLDEST_MAJOR = 14;

/** As for readiness: at the second, a gateway says that it is not ready. */
const CLOCK_WARN_MS = 1_000;
const CLOCK_FAIL_MS = 5_000;

/** Everything about the store: whether it answers, its rights, version, pooler, tables and keys. */
export async function checkStore(config: Config, runtime: Runtime): Promise<Check[]> {
  const { ok } = checksOf('store');
  const before = config.databaseUrl === undefined ? [] : await checkPostgres(config.databaseUrl);
  if (before.some(({ status }) => status === 'fail')) return before;
  if (!hasStore(config)) return [ok(`The embedded store is made in ${config.dataDir} at the first start`)];

  const store = await openExistingStore(config, runtime);
  try {
    const reached =
      config.databaseUrl === undefined ? [ok('The embedded store can be read and written')] : [];
    const [tables, hasTables] = await checkTables(store);
    if (hasTables) await store.ping();
    const keys = hasTables
      ? await checking('stored-keys', () => checkStoredKeys(store, config, runtime))
      : [];
    return [...before, ...reached, tables, ...(await checkStoreClock(store, runtime)), ...keys];
  } finally {
    await store.close();
  }
}

async function checkPostgres(url: string): Promise<Check[]> {
  const { ok, warn, fail } = checksOf('store');
  try {
    await probePostgres(url);
  } catch (error) {
    return [fail(describePostgresFailure(error, url))];
  }
  const { major, version, poolsTransactions, refusesTransactions } = await describePostgres(url);
  const pooler = checksOf('pooler');
  const checks = [
    major < OLDEST_MAJOR
      ? warn(`PostgreSQL ${version} at ${addressOf(url, 5432)} is no longer maintained: upgrade it`)
      : ok(`PostgreSQL ${version} at ${addressOf(url, 5432)} answers`),
    refusesTransactions
      ? pooler.fail(
          'A pooler in statement mode is in between, which has no transactions: set it to transaction mode',
        )
      : pooler.ok(
          poolsTransactions ? 'A pooler in transaction mode is in between' : 'No pooler is in between',
        ),
  ];
  if (!(await mayCreateTables(url))) checks.push(fail(describeMissingRights(url)));
  return checks;
}

async function checkTables({ db }: Store): Promise<[Check, boolean]> {
  const { ok, warn, fail } = checksOf('schema');
  try {
    const { applied, pending, newer } = await readSchemaState(db);
    if (applied.length === 0) return [ok('There are no tables yet; the first start makes them'), false];
    if (pending.length > 0) {
      const line = `Pending migrations: ${pending.join(', ')}; run \`quantgate migrate\`, or start the gateway`;
      return [warn(line), false];
    }
    if (newer.length > 0)
      return [warn(`Migrations of a newer version: ${newer.join(', ')}; upgrade this one soon`), true];
    return [ok(`The tables are up to date (${applied.length} migrations)`), true];
  } catch (error) {
    if (error instanceof StartError) return [fail(error.message), false];
    throw error;
  }
}

async function checkStoreClock(store: Store, { clock }: Runtime): Promise<Check[]> {
  const { ok, warn, fail } = checksOf('store-clock');
  if (!store.isShared) return [];
  const databaseMs = await readTimeMs(store, clock.evenMs());
  const differenceMs = Math.abs(clock.now() - databaseMs);
  const line = `The clock differs from that of PostgreSQL by ${(differenceMs / 1_000).toFixed(1)} s`;
  if (differenceMs >= CLOCK_FAIL_MS)
    return [fail(`${line}: set both by NTP; no gateway is ready until then`)];
  return [
    differenceMs >= CLOCK_WARN_MS ? warn(`${line}: set both by NTP`) : ok('The clock is that of PostgreSQL'),
  ];
}

/** Whether the configured keys open what is stored. */
async function checkStoredKeys({ db }: Store, config: Config, { random }: Runtime): Promise<Check[]> {
  const { ok, fail } = checksOf('stored-keys');
  const vault = createVault({ keys: readEncryptionKeys(config), random });
  const usage = await listKeyUsage(db, vault);
  const missing = usage.filter(({ isConfigured, mayBeDropped }) => !isConfigured && !mayBeDropped);
  if (missing.length > 0) {
    return missing.map(({ kid, credentials, transcripts, answers }) =>
      fail(
        `ENCRYPTION_KEYS lacks the key ${kid}, which ${credentials + transcripts + answers} rows need: add it back after the first one`,
      ),
    );
  }
  await assertKeysFit(db, vault);
  return [ok('The keys open what is stored')];
}
