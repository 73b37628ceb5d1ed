import { SqliteDialect, sql } from 'kysely';
import type { Backend } from './backend.ts';
import { migrate } from './migrate.ts';
import type { Outage } from './outage.ts';
import { openSqliteFile, type SqliteFile } from './sqlite-file.ts';

/**
 * The embedded backend, on Node's own driver. Every commit is flushed to disk (`synchronous=FULL`), so acknowledged
 * writes survive `kill -9` and a power cut.
 */
export function sqlite(path: string, outage: Outage): Backend {
  let file: SqliteFile | undefined;
  return {
    dialect: new SqliteDialect({
      database: async () => {
        file = openSqliteFile(path, outage);
        return file;
      },
    }),
    isShared: false,
    time: (hostNowMs, plusMs = 0) => sql<number>`${hostNowMs + plusMs}`,
    migrate,
    // There is one connection, so transactions run one after the other without a lock.
    transaction: (db, _lockKey, work) => db.transaction().execute(work),
    close: (db) => db.destroy(),
    // With the connection to itself, so that no transaction is under way.
    ping: (db) => db.connection().execute(async () => file?.checkWriting()),
  };
}
