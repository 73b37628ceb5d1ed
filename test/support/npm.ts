import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const project = resolve(import.meta.dirname, '../..');

/** A copy of the project in which npm runs its scripts, so that a test can have a `.env` of its own. */
export interface ProjectCopy extends AsyncDisposable {
  path: string;
}

/** Makes a copy whose code is that of the project, and built. */
export async function copyProject(envFile?: string): Promise<ProjectCopy> {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: project });
  const path = await mkdtemp(join(tmpdir(), 'quantgate-npm-'));
  for (const name of ['package.json', '.npmrc']) await cp(join(project, name), join(path, name));
  for (const name of [
    'src',
    'scripts',
    'simulator',
    'packages',
    'schema.graphql',
    'package-lock.json',
    'dist',
    'node_modules',
  ]) {
    await symlink(join(project, name), join(path, name));
  }
  if (envFile !== undefined) await writeFile(join(path, '.env'), envFile);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Whom a signal is sent to: npm, the process that serves, or both and everything between and below them. */
export type Addressee = 'npm' | 'gateway' | 'group';

/** A script that npm has started. */
export interface NpmScript extends AsyncDisposable {
  /** What the pattern captured in the output. */
  match: string;
  output(): string;
  send(signal: NodeJS.Signals, to: Addressee): void;
  /** Resolves with npm's own end. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The ids of the processes below npm that were there when the script was ready, and still are. */
  survivors(): number[];
}

/** Runs a script by npm in a process group of its own and waits until its output matches. */
export async function startNpmScript(
  script: string,
  pattern: RegExp,
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Promise<NpmScript> {
  const npm = spawn('npm', ['run', '--silent', script], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = once(npm, 'exit').then(([code, signal]) => ({ code, signal }));
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  while (!pattern.test(output)) {
    if (npm.exitCode !== null)
      throw new Error(`npm ended with ${npm.exitCode} before it was ready:\n${output}`);
    await pause(50);
  }
  const below = descendantsOf(npm.pid as number);
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const survivors = (): number[] => below.filter(isAlive);
  return {
    match: pattern.exec(output)?.[1] ?? '',
    output: () => output,
    exited,
    survivors,
    send(signal, to) {
      if (to === 'npm') npm.kill(signal);
      else process.kill(to === 'group' ? -(npm.pid as number) : (below.at(-1) as number), signal);
    },
    async [Symbol.asyncDispose]() {
      for (const pid of survivors()) process.kill(pid, 'SIGKILL');
      if (npm.exitCode === null && npm.signalCode === null) npm.kill('SIGKILL');
      await exited;
    },
  };
}

/** The processes below one, parents first. */
function descendantsOf(root: number): number[] {
  const pairs = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const childrenOf = (parent: number): number[] =>
    pairs.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid, ...childrenOf(pid)] : []));
  return childrenOf(root);
}
