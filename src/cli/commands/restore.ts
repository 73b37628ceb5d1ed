import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LOCK_FILE, lockDataDir } from '../../composition/data-dir-lock.ts';
import { withFileFailures } from '../../composition/file-failures.ts';
import { storeFileOf } from '../../composition/open-store.ts';
import { StartError } from '../../lib/start-error.ts';
import { readSchemaState } from '../../store/driver/migrate.ts';
import { openStore } from '../../store/store.ts';
import type { Frame } from '../frame.ts';
import type { CommandIo, CommandResult } from '../io.ts';
import { createQuestions } from '../questions.ts';
import { keptAsItIs, quote, sayWhatToRun } from './backup.ts';

/** Adds `restore`. */
export function addRestore({ add, printing }: Frame): void {
  add(
    'restore',
    'put a backup in place of the embedded store, while no gateway runs; for PostgreSQL, say what to run',
  )
    .argument('<file>', 'the backup')
    .action(printing(restore));
}

/** SQLite keeps the newest changes, and who reads them, beside the file. */
const BESIDE = ['', '-wal', '-shm'];

/** What the store that was replaced is called from then on. */
const REPLACED = '.replaced';

/**
 * Puts a backup in place of the embedded store, and keeps the one that it replaces under another name. Event numbers go
 * on from the present time, so clients with cursors of the lost time miss nothing that comes (docs/decisions/0005).
 * @throws StartError when a gateway runs, or the file is no backup that this version can use
 */
async function restore(io: CommandIo, file: string, options: { yes?: boolean }): Promise<CommandResult> {
  const config = io.loadConfig();
  if (config.databaseUrl !== undefined) return sayWhatToRun('pg_restore', restoreLine(file));
  const { dataDir } = config;
  const source = resolve(io.folder, file);
  if (!existsSync(source)) throw new StartError(`There is no file ${file}: name a backup`);
  const store = storeFileOf(config);
  const draft = `${store}.draft`;
  const lock = await withFileFailures({ dataDir, file: LOCK_FILE }, () => lockDataDir(dataDir, io.runtime));
  try {
    // The copy is whole and was looked at before anything is moved, so that a failure leaves the store as it is.
    await withFileFailures({ dataDir, file: 'quantgate.db' }, () => copyPrivately(source, draft));
    const migrations = await examine(draft, file);
    const replaces = existsSync(store);
    const question = `Replace the store in DATA_DIR ${dataDir}? What it has since the backup is lost`;
    if (replaces && !(await createQuestions(io, options).confirm(question, false)))
      throw keptAsItIs('The store');
    putInPlace(draft, store);
    const lines = [
      `Restored ${file} to ${store} (${migrations} migrations).`,
      ...(replaces ? [`What was there is ${store}${REPLACED} now; delete it when all is well.`] : []),
      'Start the gateway with the keys of the backup; `quantgate doctor` says whether they fit.',
    ];
    const replaced = replaces ? `${store}${REPLACED}` : null;
    return { json: { file: source, store, replaced }, text: lines.join('\n') };
  } finally {
    for (const suffix of BESIDE) rmSync(`${draft}${suffix}`, { force: true });
    lock.release();
  }
}

function copyPrivately(from: string, to: string): void {
  rmSync(to, { force: true });
  copyFileSync(from, to);
  chmodSync(to, 0o600);
}

/** @returns how many migrations it has had @throws StartError when it is no store that this version can use */
async function examine(path: string, name: string): Promise<number> {
  if (!isSound(path)) throw new StartError(`${name} is damaged, or no SQLite database: take another backup`);
  const store = await openStore(path, { migrates: false });
  try {
    const { applied } = await readSchemaState(store.db);
    if (applied.length === 0) throw new StartError(`${name} is no backup of a gateway: take another one`);
    return applied.length;
  } finally {
    await store.close();
  }
}

function isSound(path: string): boolean {
  const database = new DatabaseSync(path);
  try {
    return database.prepare('PRAGMA quick_check(1)').get()?.quick_check === 'ok';
  } catch {
    return false;
  } finally {
    database.close();
  }
}

function putInPlace(draft: string, store: string): void {
  for (const suffix of BESIDE) {
    rmSync(`${store}${REPLACED}${suffix}`, { force: true });
    if (existsSync(`${store}${suffix}`)) renameSync(`${store}${suffix}`, `${store}${REPLACED}${suffix}`);
  }
  renameSync(draft, store);
}

function restoreLine(file: string): string {
  return `pg_restore --clean --if-exists --single-transaction --dbname="$DATABASE_URL" ${quote(file)}`;
}
