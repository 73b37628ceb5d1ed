import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteDialect, sql } from 'kysely';
import { migrate } from '../migrations/migrate.ts';
import type { Backend } from './backend.ts';

/**
 * The embedded backend, on Node's own driver. Only its owner can read the file. Every commit is flushed to disk
 * (`synchronous=FULL`), so acknowledged writes survive `kill -9` and a power cut.
 */
export function sqlite(path: string): Backend {
  return {
    dialect: new SqliteDialect({ database: async () => open(path) }),
    isShared: false,
    time: (hostNowMs, plusMs = 0) => sql<number>`${hostNowMs + plusMs}`,
    migrate,
    // There is one connection, so transactions run one after the other without a lock.
    transaction: (db, _lockKey, work) => db.transaction().execute(work),
    async ping(db) {
      await sql`select 1`.execute(db);
    },
  };
}

function open(path: string) {
  if (path !== ':memory:') createPrivateFile(path);
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 5000;
  `);
  return {
    close: () => database.close(),
    prepare: (sql: string) => {
      const statement = database.prepare(sql);
      const bind = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...bind(parameters)),
        run: (parameters: readonly unknown[]) => statement.run(...bind(parameters)),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...bind(parameters)),
      };
    },
  };
}

/** SQLite gives its journal files the mode of the database file. */
function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}
