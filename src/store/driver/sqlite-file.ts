import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';
import { createLru } from '../../lib/lru.ts';
import type { Outage } from './outage.ts';
import { storable } from './storable.ts';
import { fromDriver, isStoreUnavailable } from './unavailable.ts';

/** The one connection to the file, as Kysely needs it. */
export interface SqliteFile extends SqliteDatabase {
  /**
   * Checks that the file can be written, by writing to it. Not to be called within a transaction.
   * @throws StoreUnavailable
   */
  checkWriting(): void;
}

/**
 * The driver waits so long for the lock of another process, such as a backup tool. The event loop waits with it, so a
 * longer wait would stop everything.
 */
const BUSY_TIMEOUT_MS = 250;

/** SQLite keeps its journal at this size at most when it starts over, after a large transaction for instance. */
const JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** A check that follows a successful write so closely writes nothing itself. */
const FRESH_WRITE_MS = 1_000;

/**
 * What has to fit into the file for an outage to be over. A single page may find room on a disk that is full, and the
 * next write would fail.
 */
const ROOM_BYTES = 128 * 1024;

/** Prepared statements that are kept, by their text: more than the gateway has, lists of ids in all lengths aside. */
const MAX_STATEMENTS = 500;

/** A prepared statement, as Kysely needs it. */
type PreparedStatement = ReturnType<SqliteDatabase['prepare']>;

/** Opens or creates the file; only its owner can read it. */
export function openSqliteFile(path: string, outage: Outage): SqliteFile {
  if (path !== ':memory:') createPrivateFile(path);
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA journal_size_limit = ${JOURNAL_LIMIT_BYTES};
    CREATE TABLE IF NOT EXISTS write_checks (filler BLOB);
  `);
  let writtenAtMs = Number.NEGATIVE_INFINITY;

  const guarded = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      const thrown = fromDriver(error);
      if (isStoreUnavailable(thrown)) {
        writtenAtMs = Number.NEGATIVE_INFINITY;
        outage.begin(error);
      }
      throw thrown;
    }
  };

  const writeCheck = (bytes: number): void =>
    guarded(() => {
      try {
        database.exec(`
          BEGIN IMMEDIATE;
          DELETE FROM write_checks;
          INSERT INTO write_checks VALUES (zeroblob(${bytes}));
          COMMIT;
        `);
      } finally {
        if (database.isTransaction) database.exec('ROLLBACK');
      }
    });

  const checkWriting = (): void => {
    if (outage.isUnderWay) {
      writeCheck(ROOM_BYTES);
      writeCheck(0);
      outage.end();
    } else if (performance.now() - writtenAtMs > FRESH_WRITE_MS) writeCheck(0);
    writtenAtMs = performance.now();
  };

  /** After a committed write. During an outage that alone does not mean that there is room. */
  const noteWrite = (): void => {
    if (database.isTransaction || !outage.isUnderWay) return;
    try {
      checkWriting();
    } catch (error) {
      // The outage goes on.
      if (!isStoreUnavailable(error)) throw error;
    }
  };

  const statements = createLru<string, PreparedStatement>(MAX_STATEMENTS);

  const prepare = (text: string): PreparedStatement => {
    const statement = guarded(() => database.prepare(text));
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => guarded(() => statement.all(...bind(parameters))),
      run(parameters) {
        const result = guarded(() => statement.run(...bind(parameters)));
        noteWrite();
        return result;
      },
      // A statement of its own: the kept one may be used again before the last row is read.
      iterate: (parameters) => database.prepare(text).iterate(...bind(parameters)),
    };
  };

  return {
    close: () => database.close(),
    checkWriting,
    prepare(text) {
      // A failure such as a full disk may have ended the transaction already.
      if (text === 'rollback' && !database.isTransaction) return NOTHING;
      const kept = statements.get(text);
      if (kept) return kept;
      // Takes the lock of writers at once: one that is only needed later may be refused without a wait.
      const statement = prepare(text === 'begin' ? 'begin immediate' : text);
      statements.set(text, statement);
      return statement;
    },
  };
}

function bind(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map(storable) as SQLInputValue[];
}

/** The statement in place of a rollback that is not needed. */
const NOTHING: PreparedStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

/** SQLite gives its journal files the mode of the database file. */
function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}
