import { chmodSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { StartError } from '../lib/start-error.ts';

/** The file in the data folder that holds the lock. */
export const LOCK_FILE = 'quantgate.lock';

/** The right of one process to use a data folder. */
export interface DataDirLock {
  release(): void;
}

/** A process that holds the lock, as it introduces itself to others. */
interface Holder {
  pid: number;
  host: string;
  sinceMs: number;
  token: string;
}

/** Another process that is starting has the lock for moments only. */
const WAIT_MS = 200;
const MAX_TRIES = 10;

/** SQLite's result code for a lock that another connection holds. */
const SQLITE_BUSY = 5;

/**
 * Makes sure that no other process uses the data folder, because each would take the other's unfinished work for that of
 * a process that died. The lock is one of the operating system, held by an open transaction on a database of its own. So
 * it ends with the process, however that ends, and a process id that is used again cannot be mistaken for its holder.
 * @throws StartError that names the process that has the folder
 */
export function lockDataDir(
  dataDir: string,
  { clock, random }: { clock: Pick<Clock, 'now'>; random: Pick<Random, 'uuid'> },
): DataDirLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, LOCK_FILE);
  const database = new DatabaseSync(path, { timeout: WAIT_MS });
  const self: Holder = { pid: process.pid, host: hostname(), sinceMs: clock.now(), token: random.uuid() };
  try {
    chmodSync(path, 0o600);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      if (tryLock(database, self)) return { release: () => database.close() };
      const holder = readHolder(database);
      // Otherwise another process that is starting was in between, and fails or has the lock by now.
      if (holder?.token !== self.token) throw inUse(dataDir, holder);
    }
    throw inUse(dataDir, undefined);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Writes who holds the lock, and takes it for good with a second transaction, during which others can read that.
 * @returns whether the lock was taken
 */
function tryLock(database: DatabaseSync, self: Holder): boolean {
  try {
    database.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, since_ms INTEGER, token TEXT);
      DELETE FROM holder;
    `);
    database
      .prepare('INSERT INTO holder VALUES (?, ?, ?, ?)')
      .run(self.pid, self.host, self.sinceMs, self.token);
    database.exec('COMMIT');
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (!isBusy(error)) throw error;
    if (database.isTransaction) database.exec('ROLLBACK');
    return false;
  }
  // Between the two transactions another process may have written its own name.
  if (readHolder(database)?.token === self.token) return true;
  database.exec('ROLLBACK');
  return false;
}

function readHolder(database: DatabaseSync): Holder | undefined {
  try {
    const row = database.prepare('SELECT pid, host, since_ms AS sinceMs, token FROM holder').get();
    return row as unknown as Holder | undefined;
  } catch {
    // The other process has not written it yet.
    return undefined;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function inUse(dataDir: string, holder: Holder | undefined): StartError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host}, since ${new Date(holder.sinceMs).toISOString()}`
    : 'another process';
  return new StartError(
    `DATA_DIR ${dataDir} is in use by ${who}: stop it, or give this gateway a folder of its own`,
  );
}
