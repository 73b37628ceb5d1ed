import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type OwnPostgres, requirePostgresProgram } from '../postgres.ts';

/** A database that was replaced by an older copy of itself; ms since the epoch. */
export interface Restore {
  /** When the copy was made: what was written later is lost. */
  copiedMs: number;
  restoredMs: number;
  /** The database as it was before the restore, under another name. */
  lostDatabase: string;
}

const run = promisify(execFile);

/** Longer than the transactions that are under way when the databases are exchanged. */
const EXCHANGE_TRIES = 50;

/** Makes a copy of the gateway's database by `pg_dump`, as a backup does. @returns the function that puts it in place */
export async function copyDatabase(
  postgres: OwnPostgres,
  folder: string,
  number: number,
): Promise<() => Promise<Restore>> {
  const { adminUrl, admin, database } = postgres;
  const [dump, restore] = [requirePostgresProgram('pg_dump'), requirePostgresProgram('pg_restore')];
  const file = `${folder}/copy-${number}.dump`;
  const [copy, lostDatabase] = [`${database}_copy_${number}`, `${database}_lost_${number}`];
  const urlOf = (name: string): string => Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const copiedMs = Date.now();
  await run(dump, ['--format=custom', '--file', file, urlOf(database)]);
  await admin(`create database "${copy}"`);
  await run(restore, ['--exit-on-error', '--single-transaction', '--dbname', urlOf(copy), file]);

  /** Sessions end first: a database with sessions cannot be renamed. */
  const exchange = async (): Promise<void> => {
    await admin(`alter database "${database}" allow_connections false`);
    try {
      await admin(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname in ('${database}', '${copy}')`,
      );
      await admin(`alter database "${database}" rename to "${lostDatabase}"`);
    } catch (error) {
      await admin(`alter database "${database}" allow_connections true`);
      throw error;
    }
    await admin(`alter database "${copy}" rename to "${database}"`);
    await admin(`alter database "${lostDatabase}" allow_connections true`);
  };

  return async () => {
    for (let tries = 1; ; tries += 1) {
      try {
        await exchange();
        return { copiedMs, restoredMs: Date.now(), lostDatabase };
      } catch (error) {
        if (tries === EXCHANGE_TRIES) throw error;
      }
      await pause(100);
    }
  };
}
