import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../support/process.ts';
import { type Child, requireProgram, startChild, untilWorks } from './children.ts';

/** How PostgreSQL is stopped: `fast` closes its sessions, after `immediate` it recovers from its log. */
export type StopMode = 'fast' | 'immediate';

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** The test's own PostgreSQL, which can be stopped and started again with all committed data. */
export interface OwnPostgres {
  /** The gateway's database. */
  url: string;
  /** Its name. */
  database: string;
  /** A database of the server's own, from which others can be renamed. */
  adminUrl: string;
  stop(how: StopMode): Promise<void>;
  start(): Promise<void>;
  /** Rows of one statement in the gateway's database, or another one; rejects while the server is down. */
  rows<T>(statement: string, database?: string): Promise<T[]>;
  /** Carries out a statement in the server's own database. */
  admin(statement: string): Promise<void>;
}

const DATABASE = 'gateway';

/** The account the server runs as: it refuses to run as root. */
function accountOf(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const idOf = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }));
      return { uid: idOf('-u'), gid: idOf('-g') };
    } catch {
      // Not every system has both accounts.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody');
}

/** @param folder an existing folder that other accounts may enter */
export async function startPostgres(folder: string): Promise<OwnPostgres> {
  const [initdb, server] = [requirePostgresProgram('initdb'), requirePostgresProgram('postgres')];
  const account = accountOf();
  const home = join(folder, 'postgres');
  const data = join(home, 'data');
  mkdirSync(home);
  const owner = account.uid === undefined ? '' : `${account.uid}:${account.gid}`;
  if (owner) execFileSync('chown', [owner, home]);
  const options = { cwd: home, stdio: 'pipe' as const, ...account };
  execFileSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '-N'], options);

  const port = await freePort();
  const urlOf = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  let child: Child | undefined;

  const rows = async <T>(statement: string, database = DATABASE): Promise<T[]> => {
    const client = new Client({
      connectionString: urlOf(database),
      connectionTimeoutMillis: 2_000,
      query_timeout: 30_000,
    });
    // A lost connection also fails the query, whose rejection is handled.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(statement)).rows as T[];
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  const admin = async (statement: string): Promise<void> => {
    await rows(statement, 'postgres');
  };

  const start = async (): Promise<void> => {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${home}`,
      'max_connections=120',
      'fsync=on',
      'synchronous_commit=on',
      'logging_collector=on',
      `log_directory=${home}`,
      'log_filename=server.log',
    ];
    const started = await startChild(
      server,
      ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      options,
    );
    child = started;
    await untilWorks('PostgreSQL', () => admin('select 1'), {
      limitMs: 60_000,
      isPointless: () => !started.isAlive(),
    });
  };

  await start();
  await admin(`create database ${DATABASE}`);
  return {
    url: urlOf(DATABASE),
    database: DATABASE,
    adminUrl: urlOf('postgres'),
    rows,
    admin,
    start,
    async stop(how) {
      child?.kill(SIGNALS[how]);
      await child?.exited;
    },
  };
}

/** A program of the newest PostgreSQL that is installed. @throws Error that names what to install */
export function requirePostgresProgram(name: string): string {
  const installed = globSync(`/usr/lib/postgresql/*/bin/${name}`);
  return requireProgram(
    name,
    installed.toSorted((one, other) => versionOf(other) - versionOf(one)),
  );
}

function versionOf(path: string): number {
  return Number(/postgresql\/(\d+)/.exec(path)?.[1] ?? 0);
}
