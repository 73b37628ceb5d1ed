import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A program of this project that runs beside the demo. */
export interface Running extends AsyncDisposable {
  url: string;
}

/** Starts a program and waits until a line of its output names its address. */
export async function startProcess(
  file: string,
  env: Record<string, string>,
  address: RegExp,
): Promise<Running> {
  const program = resolve(import.meta.dirname, '..', file);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    // Not the project's folder: a `.env` there is not meant for the demo.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, NODE_ENV: 'development', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await firstMatch(child, address, file);
  return {
    url,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGTERM')) await exited;
    },
  };
}

function firstMatch(child: ChildProcess, address: RegExp, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
    if (child.stdout === null) return reject(new Error(`${file} has no output`));
    // Keeps reading after the match: a full pipe would block the program.
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = address.exec(line);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
  });
}
