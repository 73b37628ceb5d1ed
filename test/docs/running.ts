import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A program of this project under test. */
export interface Running extends AsyncDisposable {
  /** What the pattern captured in the output. */
  match: string;
  /** Sends SIGTERM to it and its children, and resolves with its exit code once all have exited. */
  stop(): Promise<number | null>;
}

/** Where and with what a program runs. */
export interface Surroundings {
  cwd?: string;
  env?: Record<string, string>;
}

/** Starts a program and waits until its output matches. @throws Error when it ends before */
export async function start(
  [program = '', ...args]: readonly string[],
  pattern: RegExp,
  { cwd, env }: Surroundings = {},
): Promise<Running> {
  // Its own process group, so that children of a shell or of npm are stopped too.
  const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, ...env }, detached: true });
  // Resolves when all processes that hold the output have exited.
  const closed = once(child, 'close');
  const match = await new Promise<string>((resolve, reject) => {
    let output = '';
    const take = (chunk: Buffer): void => {
      output += chunk;
      const found = pattern.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('close', (code) => reject(new Error(`ended with ${code} before it was ready:\n${output}`)));
  });
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    const [code] = await closed;
    return code;
  };
  return {
    match,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** The line in which the gateway names its address. */
export const GATEWAY_ADDRESS = /"address":"(http:[^"]+)"/;

/** The line in which the simulator names its address. */
export const SIMULATOR_ADDRESS = /(http:\/\/\S+\/api\/v2)/;

/**
 * A port that nothing listens on. It is below the range from which Linux gives ports to outgoing connections (32768 and
 * up), so no connection takes it before the program under test listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
}
