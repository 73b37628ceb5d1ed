import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis as Client } from 'ioredis';
import { freePort } from './process.ts';

/** How a server of the test's own runs. A cluster has one node, and that node serves no slot. */
export type RedisMode = 'standalone' | 'sentinel' | 'cluster';

/** A Redis server of the test's own. */
export interface RedisServer extends AsyncDisposable {
  url: string;
  command(name: string, ...args: string[]): Promise<unknown>;
}

const SETTINGS: Record<RedisMode, readonly string[]> = {
  standalone: [],
  sentinel: [],
  cluster: ['--cluster-enabled', 'yes'],
};

/** Starts a server that keeps nothing, and waits until it answers. */
export async function startRedisServer(
  mode: RedisMode,
  settings: readonly string[] = [],
): Promise<RedisServer> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-redis-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, 'redis.conf');
  await writeFile(config, '');
  const port = await freePort();
  const child = spawn(
    'redis-server',
    [
      config,
      ...(mode === 'sentinel' ? ['--sentinel'] : ['--save', '', '--appendonly', 'no']),
      ...['--port', port, '--bind', '127.0.0.1', '--dir', folder],
      ...SETTINGS[mode],
      ...settings,
    ],
    { stdio: 'ignore' },
  );
  await once(child, 'spawn');
  started.defer(async () => {
    const exited = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await exited;
  });
  const url = `redis://127.0.0.1:${port}`;
  const admin = new Client(url, {
    retryStrategy: () => 50,
    enableReadyCheck: false,
    maxRetriesPerRequest: null,
  });
  admin.on('error', () => undefined);
  started.defer(() => admin.disconnect());
  await new Promise<void>((resolve) => {
    admin.once('ready', () => resolve());
  });
  const stack = started.move();
  return {
    url,
    command: (name, ...args) => admin.call(name, ...args),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
