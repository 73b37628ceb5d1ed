import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { runInBox } from './box.ts';
import type { Stage } from './dockerfile.ts';

/** Builds the stages of a Dockerfile into folders, each beside the others, by its own instructions. */
export interface Builder {
  /** @returns the folder of a stage, which holds what the stage adds to its base */
  build(stage: Stage): Promise<string>;
}

/** @param context the project @param folder where the stages are built @param cache npm's cache on this machine */
export function createBuilder(context: string, folder: string, cache: string): Builder {
  const sent = join(folder, 'context');
  sendContext(context, sent);
  const changesOf = (name: string): string => join(folder, name);

  return {
    async build(stage) {
      const changes = changesOf(stage.name);
      const root = join(changes, 'root');
      mkdirSync(root, { recursive: true });
      let workdir = '/';
      let user = '0:0';
      const env: Record<string, string> = { npm_config_cache: '/cache', npm_config_prefer_offline: 'true' };
      for (const { keyword, text } of stage.instructions) {
        if (keyword === 'WORKDIR') {
          workdir = text;
          mkdirSync(join(root, workdir), { recursive: true });
        } else if (keyword === 'USER') user = text;
        else if (keyword === 'COPY') copy(text, { sent, changesOf, changes, workdir });
        else if (keyword === 'RUN') {
          const volumes: Record<string, string> = user === '0:0' ? { '/cache': cache } : {};
          const command = ['sh', '-c', text];
          const { code, output } = await runInBox({ changes, workdir, user, env, volumes }, command);
          if (code !== 0) throw new Error(`RUN ${text} ended with ${code}:\n${output}`);
        }
      }
      rmSync(join(root, 'cache'), { recursive: true, force: true });
      return changes;
    },
  };
}

/** What the builder of Docker sends: the files that `.dockerignore` does not leave out. Reads the forms that ours has. */
function sendContext(context: string, sent: string): void {
  mkdirSync(sent, { recursive: true });
  const lines = readFileSync(join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.shift() !== '*') throw new Error('.dockerignore has to begin with *');
  for (const line of lines) {
    if (line.startsWith('!')) {
      cpSync(join(context, line.slice(1)), join(sent, line.slice(1)), { recursive: true });
    } else {
      for (const path of globSync(line, { cwd: sent })) rmSync(join(sent, path), { recursive: true });
    }
  }
}

interface CopyOptions {
  sent: string;
  changesOf(name: string): string;
  changes: string;
  workdir: string;
}

function copy(text: string, { sent, changesOf, changes, workdir }: CopyOptions): void {
  const words = text.split(' ');
  const option = (name: string) =>
    words.find((word) => word.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop() ?? '';
  const from = option('from');
  const source = from === undefined ? sent : changesOf(from);
  const isFolder = target.endsWith('/') || paths.length > 1;
  for (const path of paths) {
    const found = from === undefined ? join(source, path) : placeIn(source, path);
    if (!existsSync(found)) throw new Error(`COPY ${path}: there is no such file`);
    const to = placeIn(changes, resolve(workdir, isFolder ? join(target, basename(path)) : target));
    cpSync(found, to, { recursive: true, verbatimSymlinks: true });
    const mode = option('chmod');
    if (mode !== undefined) spawnSync('chmod', ['-R', mode, to]);
  }
}

/** `/usr` is kept apart, because it lies over that of the machine. */
function placeIn(changes: string, path: string): string {
  return path.startsWith('/usr/') ? join(changes, path) : join(changes, 'root', path);
}
