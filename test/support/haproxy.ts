import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './process.ts';

const FILE = resolve(import.meta.dirname, '../../deploy/cluster/haproxy.cfg');

/** Debian installs the program outside the search path of most users. */
const PATH = `${process.env.PATH}:/usr/sbin`;

/** The proxy of `deploy/cluster`, in front of three addresses of this machine. */
export interface HAProxy extends AsyncDisposable {
  url: string;
  /** What it has logged: each replica that it takes in and out. */
  output(): string;
}

/** Starts HAProxy with our file; only addresses and ports are others. @param ports of three replicas */
export async function startHAProxy(ports: readonly string[]): Promise<HAProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-haproxy-'));
  const port = await freePort();
  let text = (await readFile(FILE, 'utf8')).replace('bind :4000', `bind 127.0.0.1:${port}`);
  for (const [index, replica] of ports.entries()) {
    text = text.replace(`gateway-${index + 1}:4000`, `127.0.0.1:${replica}`);
  }
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, text);
  const child = spawn('haproxy', ['-W', '-f', file], { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = Promise.race([once(child, 'exit'), once(child, 'error')]);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || child.pid === undefined) {
      await stop();
      throw new Error(`HAProxy did not start: install the Debian package haproxy\n${output}`);
    }
  }
  return { url, output: () => output, [Symbol.asyncDispose]: stop };
}

const isMissing = async (): Promise<boolean> => {
  const child = spawn('haproxy', ['-v'], { env: { PATH }, stdio: 'ignore' });
  return Promise.race([once(child, 'exit').then(() => false), once(child, 'error').then(() => true)]);
};

/** True where tests with HAProxy are left out. On CI it has to be installed. */
export const isHAProxyMissing: boolean = !process.env.CI && (await isMissing());
