import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { isStoreUnavailable } from '../driver/unavailable.ts';
import { migrations } from './index.ts';

/** Runs the migrations that the database has not had yet. */
export async function migrate<Tables>(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (isStoreUnavailable(error)) throw error;
  if (error) throw new Error('The store could not be migrated', { cause: error });
}
