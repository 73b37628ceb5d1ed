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
  url: string;
  stop(how: StopMode): Promise<void>;
  start(): Promise<void>;
  /** Rows of one statement; rejects while the server is down. */
  rows<T>(statement: string): Promise<T[]>;
}

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
  const installed = (name: string): string =>
    requireProgram(
      name,
      globSync(`/usr/lib/postgresql/*/bin/${name}`).toSorted(
        (one, other) => versionOf(other) - versionOf(one),
      ),
    );
  const [initdb, server] = [installed('initdb'), installed('postgres')];
  const account = accountOf();
  const home = join(folder, 'postgres');
  const data = join(home, 'data');
  mkdirSync(home);
  const owner = account.uid === undefined ? '' : `${account.uid}:${account.gid}`;
  if (owner) execFileSync('chown', [owner, home]);
  const options = { cwd: home, stdio: 'pipe' as const, ...account };
  execFileSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '-N'], options);

  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child: Child | undefined;

  const rows = async <T>(statement: string): Promise<T[]> => {
    const client = new Client({
      connectionString: url,
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
    await untilWorks('PostgreSQL', () => rows('select 1'), {
      limitMs: 60_000,
      isPointless: () => !started.isAlive(),
    });
  };

  await start();
  return {
    url,
    rows,
    start,
    async stop(how) {
      child?.kill(SIGNALS[how]);
      await child?.exited;
    },
  };
}

function versionOf(path: string): number {
  return Number(/postgresql\/(\d+)/.exec(path)?.[1] ?? 0);
}
