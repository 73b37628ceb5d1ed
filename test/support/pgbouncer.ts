import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './process.ts';

/** A PgBouncer of its own in front of a PostgreSQL server, in transaction mode and otherwise as it comes. */
export interface PgBouncer extends AsyncDisposable {
  /** The URL of the same database, by way of the pooler. */
  url: string;
}

/** Debian installs the program outside the search path of most users. */
const PATH = `${process.env.PATH}:/usr/sbin`;

/** Starts PgBouncer and waits until it answers. @param target URL of a database that needs no password */
export const startPgBouncer = async (target: string): Promise<PgBouncer> => {
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-pgbouncer-'));
  const { hostname, port: serverPort, username } = new URL(target);
  const port = await freePort();
  const users = join(folder, 'users.txt');
  const settings = join(folder, 'pgbouncer.ini');
  await writeFile(users, `"${username}" ""\n`);
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
`,
  );
  // PgBouncer refuses to run as root, and then has to be able to read its files.
  await chmod(folder, 0o755);
  const asUser = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', ['-q', ...asUser, settings], { env: { PATH }, stdio: 'ignore' });
  const ended = Promise.race([once(child, 'exit'), once(child, 'error')]);
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };

  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;
  const isUp = () => {
    const client = new Client({ connectionString: url.href });
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  };
  while (!(await isUp())) {
    if (child.exitCode !== null || child.pid === undefined) {
      await stop();
      throw new Error('PgBouncer did not start: install the Debian package pgbouncer');
    }
  }
  return { url: url.href, [Symbol.asyncDispose]: stop };
};

const isMissing = async (): Promise<boolean> => {
  const child = spawn('pgbouncer', ['--version'], { env: { PATH }, stdio: 'ignore' });
  return Promise.race([once(child, 'exit').then(() => false), once(child, 'error').then(() => true)]);
};

/** True where tests with PgBouncer are left out. On CI it has to be installed. */
export const isPgBouncerMissing: boolean = !process.env.CI && (await isMissing());
