import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Simulator } from '../../simulator/index.ts';
import { bootGateway, type Gateway } from './gateway.ts';
import { isPostgresMissing, temporaryDatabase } from './postgres.ts';
import { temporaryFolder } from './process.ts';

/** A gateway whose database can be put back to an earlier state. Its test runs the polls. */
export interface RestorableGateway extends AsyncDisposable {
  gateway: Gateway;
  /** Copies the database while the gateway works on it; nothing may be written at this moment. */
  copy(): Promise<void>;
  /** Puts the copy in place of the database. Resolves with the gateway that works on it. */
  restore(): Promise<Gateway>;
}

const run = promisify(execFile);

/** The embedded store is copied file by file, and restored while no gateway runs (docs/operate/backup.md). */
async function restorableSqlite(upstream: Simulator): Promise<RestorableGateway> {
  await using started = new AsyncDisposableStack();
  const folder = await temporaryFolder();
  started.defer(() => folder[Symbol.asyncDispose]());
  const data = join(folder.path, 'data');
  const kept = join(folder.path, 'copy');
  const files = ['quantgate.db', 'quantgate.db-wal'];
  const move = async (from: string, to: string): Promise<void> => {
    await mkdir(to, { recursive: true });
    for (const file of files) await copyFile(join(from, file), join(to, file));
  };
  const boot = (): Promise<Gateway> => bootGateway({ env: { DATA_DIR: data }, upstream, polls: false });
  let gateway = await boot();
  started.defer(() => gateway[Symbol.asyncDispose]());
  const stack = started.move();
  return {
    gateway,
    copy: () => move(data, kept),
    async restore() {
      await gateway[Symbol.asyncDispose]();
      for (const file of [...files, 'quantgate.db-shm']) await rm(join(data, file), { force: true });
      await move(kept, data);
      gateway = await boot();
      return gateway;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** PostgreSQL is restored below a gateway that goes on, as in a failover that loses transactions. */
async function restorablePostgres(upstream: Simulator): Promise<RestorableGateway> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await temporaryDatabase());
  const folder = started.use(await temporaryFolder());
  const dump = join(folder.path, 'dump.sql');
  const gateway = started.use(
    await bootGateway({ env: { DATABASE_URL: database.url }, upstream, polls: false }),
  );
  const stack = started.move();
  return {
    gateway,
    copy: async () => void (await run('pg_dump', ['--clean', '--file', dump, database.url])),
    async restore() {
      await run('psql', ['--single-transaction', '--quiet', '--file', dump, database.url]);
      return gateway;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Every store that can be restored here. */
export const RESTORABLE = [
  { name: 'a copy of SQLite', boot: restorableSqlite },
  ...(isPostgresMissing ? [] : [{ name: 'an older dump of PostgreSQL', boot: restorablePostgres }]),
] as const;
