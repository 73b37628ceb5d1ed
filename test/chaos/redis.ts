import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from '../support/process.ts';
import { type Child, requireProgram, startChild, untilWorks } from './children.ts';

/** The test's own Redis. It stores nothing on disk: after a kill its data is lost. */
export interface OwnRedis {
  url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function startRedis(folder: string): Promise<OwnRedis> {
  const server = requireProgram('redis-server');
  const port = await freePort();
  let child: Child | undefined;

  const start = async (): Promise<void> => {
    const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const started = await startChild(server, settings, { cwd: folder });
    child = started;
    await untilWorks('Redis', () => reach(Number(port)), {
      limitMs: 60_000,
      isPointless: () => !started.isAlive(),
    });
  };

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async kill() {
      child?.kill('SIGKILL');
      await child?.exited;
    },
  };
}

/** Resolves when a local port accepts connections. */
export async function reach(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
