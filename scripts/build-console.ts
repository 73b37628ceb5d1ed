/**
 * `npm run build:console`: builds the page of packages/console, unless what was built is of the same sources. The commands of
 * development and the tests call it, so that a clean checkout has the page; without the packages that build it (`npm ci
 * --omit=dev`) what is there is left as it is.
 */
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '..');
const root = join(project, 'packages/console');
const output = join(root, 'dist');

/** Everything that the page is built from. */
const SOURCES = [
  'package-lock.json',
  'packages/console/{index.html,vite.config.ts,package.json}',
  'packages/{console,client,react}/src/**/*.{ts,tsx,css,svg,png}',
];

/** Builds the page if its sources have changed. */
export async function buildConsole(): Promise<void> {
  const hash = await hashOfSources();
  const built = await readFile(join(output, '.sources'), 'utf8').catch(() => undefined);
  // `npm start` comes here only when a source is newer than this file.
  if (built === hash) return await utimes(join(output, '.sources'), new Date(), new Date());
  const vite = await import('vite').catch(() => undefined);
  if (vite === undefined) return;
  // Two that build at once have folders of their own, and a running gateway never sees half a page.
  const folder = `${output}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  // Vite builds for this environment, and leaves it so: what the caller starts next must not run for production.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await vite.build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  await writeFile(join(folder, '.sources'), hash);
  // Renamed, not emptied: another one may put its page there meanwhile.
  const old = `${folder}.old`;
  await rename(output, old).catch(() => undefined);
  // The other one was first, with the same page.
  await rename(folder, output).catch(() => rm(folder, { recursive: true, force: true }));
  await rm(old, { recursive: true, force: true });
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const paths: string[] = [];
  for await (const path of glob(SOURCES, { cwd: project })) paths.push(path);
  for (const path of paths.sort()) hash.update(`${path}\n`).update(await readFile(join(project, path)));
  return hash.digest('hex');
}

if (import.meta.main) await buildConsole();
