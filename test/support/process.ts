import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The gateway as operators run it: `src/main.ts` in its own process. */
export interface GatewayProcess extends AsyncDisposable {
  url: string;
  child: ChildProcess;
  /** All output so far. */
  output(): { stdout: string; stderr: string };
  exited: Promise<Exit>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Exit>;
}

const program = resolve(import.meta.dirname, '../../src/main.ts');

/** Starts the gateway and waits for nothing. */
export function spawnGateway(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    // A `.env` of the developer is in the project's own folder.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    written.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    written.stderr += chunk;
  });
  const exited: Promise<Exit> = once(child, 'close').then(([code, signal]) => ({ code, signal, ...written }));
  return { child, output: () => ({ ...written }), exited };
}

/** Runs the gateway until it exits by itself, for starts that are refused. */
export function runGateway(env: Record<string, string>): Promise<Exit> {
  return spawnGateway(env).exited;
}

/** Starts the gateway and waits until it listens. */
export async function startGateway(env: Record<string, string>): Promise<GatewayProcess> {
  const { child, output, exited } = spawnGateway(env);
  const address = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /"address":"(http:[^"]+)"/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const failure = exited.then(({ code, stderr }) => {
    throw new Error(`The gateway ended with ${code}: ${stderr}`);
  });
  const url = await Promise.race([address, failure]);
  failure.catch(() => undefined);
  const end = (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };
  return {
    url,
    child,
    output,
    exited,
    end,
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}

/** A gateway that is started again after each kill, on the same port and data. */
export interface MortalGateway extends AsyncDisposable {
  url: string;
  /** Resolves when the current process listens. */
  alive(): Promise<GatewayProcess>;
  /** `kill -9`; resolves when the process is gone, while the next one starts, or waits for `isOver` before it starts. */
  kill(isOver?: Promise<void>): Promise<Exit>;
}

/** Starts the first process. @param env with a `PORT` that all processes share */
export async function startMortalGateway(env: Record<string, string>): Promise<MortalGateway> {
  let life = startGateway(env);
  const { url } = await life;
  return {
    url,
    alive: () => life,
    async kill(isOver) {
      const death = (await life).end('SIGKILL');
      life = death.then(() => isOver).then(() => startGateway(env));
      return death;
    },
    async [Symbol.asyncDispose]() {
      await (await life).end('SIGKILL');
    },
  };
}

/** A folder that is deleted at disposal. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'quantgate-process-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A port that is free at the moment. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}
