import { LOCK_FILE, lockDataDir } from '../../composition/data-dir-lock.ts';
import { withFileFailures } from '../../composition/file-failures.ts';
import { hasStore, openConfiguredStore, openExistingStore } from '../../composition/open-store.ts';
import type { Config } from '../../config.ts';
import { readSchemaState, type SchemaState } from '../../store/driver/migrate.ts';
import type { Frame } from '../frame.ts';
import type { CommandIo, CommandResult } from '../io.ts';

/** Adds `migrate`. */
export function addMigrate({ add, printing }: Frame): void {
  add('migrate', 'bring the store up to date')
    .option('--status', 'only say what is pending')
    .action(printing(migrateStore));
}

/**
 * Brings the store up to date, or only says what is pending. The embedded store is changed only while no gateway uses
 * it; a gateway that starts does the same by itself.
 * @throws StartError when the store cannot be opened, or a gateway uses it and something is pending
 */
async function migrateStore(io: CommandIo, { status }: { status?: boolean }): Promise<CommandResult> {
  const config = io.loadConfig();
  const before = status || hasStore(config) ? await readState(config, io) : undefined;
  if (status || before?.pending.length === 0) return describe(before as SchemaState, []);
  await migrate(config, io);
  const after = await readState(config, io);
  return describe(
    after,
    after.applied.filter((name) => !before?.applied.includes(name)),
  );
}

async function readState(config: Config, { runtime }: CommandIo): Promise<SchemaState> {
  const store = await openExistingStore(config, runtime);
  try {
    return await readSchemaState(store.db, { logger: runtime.logger });
  } finally {
    await store.close();
  }
}

async function migrate(config: Config, { runtime }: CommandIo): Promise<void> {
  const { dataDir } = config;
  const lock =
    config.databaseUrl === undefined
      ? await withFileFailures({ dataDir, file: LOCK_FILE }, () => lockDataDir(dataDir, runtime))
      : undefined;
  try {
    const store = await openConfiguredStore(config, runtime);
    await store.close();
  } finally {
    lock?.release();
  }
}

function describe(state: SchemaState, migrated: string[]): CommandResult {
  const { applied, pending, newer } = state;
  const lines = [
    migrated.length > 0 ? `Applied now: ${migrated.join(', ')}` : '',
    pending.length > 0
      ? `Pending: ${pending.join(', ')}`
      : `The store is up to date (${applied.length} migrations).`,
    newer.length > 0 ? `Of a newer version: ${newer.join(', ')}` : '',
  ];
  return { json: { ...state, migrated }, text: lines.filter(Boolean).join('\n') };
}
