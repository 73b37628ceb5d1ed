import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Logger } from '../../lib/logger.ts';
import { StartError } from '../../lib/start-error.ts';
import { migrations as ownMigrations } from '../migrations/index.ts';
import { isStoreUnavailable } from './unavailable.ts';

export interface MigrateOptions {
  /** The migrations that this program knows, by name. @default those of `index.ts` */
  migrations?: Record<string, Migration> | undefined;
  /** Gets a warning when the schema is newer than the program. */
  logger?: Logger | undefined;
}

/** Stands for a migration of a newer program, which has been run already. */
const ALREADY_RUN: Migration = { up: async () => undefined };

/**
 * Runs the migrations that the database has not had yet. A newer schema is a warning, so that an older program can run
 * beside a newer one and can be returned to, unless the newer migrations say that they need a newer program: a name like
 * `0009-needs-0007-drop-old-columns` shuts out programs that do not know migration 0007.
 * @throws StartError when the schema needs a newer program
 */
export async function migrate<Tables>(
  db: Kysely<Tables>,
  { migrations = ownMigrations, logger }: MigrateOptions = {},
): Promise<void> {
  const { newer } = await readSchemaState(db, { migrations, logger });
  const all = { ...migrations, ...Object.fromEntries(newer.map((name) => [name, ALREADY_RUN])) };
  const migrator = new Migrator({ db, provider: { getMigrations: async () => all } });
  const { error } = await migrator.migrateToLatest();
  if (isStoreUnavailable(error)) throw error;
  if (error) throw new Error('The store could not be migrated', { cause: error });
}

/** Which migrations a database has had, in order. */
export interface SchemaState {
  applied: string[];
  /** Those that this program knows and the database has not had. */
  pending: string[];
  /** Those among `applied` that this program does not know. */
  newer: string[];
}

/** Reads the state and changes nothing. @throws StartError when the schema needs a newer program */
export async function readSchemaState<Tables>(
  db: Kysely<Tables>,
  { migrations = ownMigrations, logger }: MigrateOptions = {},
): Promise<SchemaState> {
  const known = Object.keys(migrations);
  const applied = await namesOfExecuted(db);
  const newer = applied.filter((name) => !(name in migrations));
  const newestKnown = Math.max(0, ...known.map(numberOf));
  const unmet = newer.filter((name) => neededBy(name) > newestKnown);
  if (unmet.length > 0) {
    throw new StartError(
      `The database was migrated by a newer version, and this one cannot use it any more (${unmet.join(', ')}): start the newer version`,
    );
  }
  if (newer.length > 0) {
    logger?.warn({ migrations: newer }, 'database was migrated by a newer version; this one can use it too');
  }
  return { applied, pending: known.filter((name) => !applied.includes(name)), newer };
}

async function namesOfExecuted<Tables>(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

function numberOf(name: string): number {
  return Number.parseInt(name, 10);
}

/** The number of the oldest migration that a program must know to use the schema after this one; 0 when any may. */
function neededBy(name: string): number {
  return Number(/^\d+-needs-(\d+)-/.exec(name)?.[1] ?? 0);
}
