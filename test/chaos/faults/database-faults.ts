import { setTimeout as pause } from 'node:timers/promises';
import type { OwnPostgres } from '../postgres.ts';
import type { ProcessFaults } from '../process-faults.ts';
import { copyDatabase, type Restore } from './restore.ts';

/** Faults of a database that goes on running. Each method returns false if it is not possible now. */
export interface DatabaseFaults {
  /** Refuses writes for a time, as a server that was demoted does. */
  readOnly(forMs: number): Promise<boolean>;
  /** Copies the database, and puts the copy in its place later. */
  restore(ageMs: number): Promise<boolean>;
  restores: Restore[];
}

/** Statements that are repeated because the server may be down for a moment. */
const TRIES = 60;

/** @param folder for copies */
export function createDatabaseFaults(
  postgres: OwnPostgres,
  processes: Pick<ProcessFaults, 'holdDatabase'>,
  { folder, log }: { folder: string; log(text: string): void },
): DatabaseFaults {
  const restores: Restore[] = [];

  /** Sessions that are open become read-only too: a gateway that kept them could not write again. */
  const setReadOnly = async (value: 'on' | 'off'): Promise<void> => {
    await postgres.admin(`alter system set default_transaction_read_only = ${value}`);
    await postgres.admin('select pg_reload_conf()');
  };

  /** Repeats an attempt until the server is not stopped for another reason. */
  const repeat = async (attempt: () => Promise<boolean>): Promise<boolean> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (await attempt()) return true;
      await pause(500);
    }
    return false;
  };

  return {
    restores,
    readOnly: (forMs) =>
      processes.holdDatabase(async () => {
        await setReadOnly('on');
        await pause(forMs);
        await setReadOnly('off');
      }),
    async restore(ageMs) {
      let exchange: (() => Promise<Restore>) | undefined;
      const hasCopied = await repeat(() =>
        processes.holdDatabase(async () => {
          exchange = await copyDatabase(postgres, folder, restores.length + 1);
        }, 'undisturbed'),
      );
      if (!hasCopied) return false;
      log('PostgreSQL was copied');
      await pause(ageMs);
      const isDone = await repeat(() =>
        processes.holdDatabase(async () => {
          if (exchange !== undefined) restores.push(await exchange());
        }),
      );
      if (isDone) log('PostgreSQL was restored from its copy');
      return isDone;
    },
  };
}
