/**
 * `npm run build:console`: builds the page of packages/console, unless what was built is of the same sources. The commands of
 * development and the tests call it, so that a clean checkout has the page; without the packages that build it (`npm ci
 * --omit=dev`) what is there is left as it is.
 */
import { join, resolve } from 'node:path';
import { buildFolder, hashOf } from './built-folder.ts';

const project = resolve(import.meta.dirname, '..');
const root = join(project, 'packages/console');

/** Where the page is built. */
export const CONSOLE_OUTPUT = join(root, 'dist');

/** Everything that the page is built from. */
const SOURCES = [
  'package-lock.json',
  'packages/console/{index.html,vite.config.ts,package.json}',
  'packages/{console,client,react}/src/**/*.{ts,tsx,css,svg,png}',
];

/** Builds the page if its sources have changed. */
export async function buildConsole(): Promise<void> {
  await buildFolder({
    output: CONSOLE_OUTPUT,
    hash: await hashOf(project, SOURCES),
    async loadBuilder() {
      const vite = await import('vite').catch(() => undefined);
      return vite && ((folder) => buildPage(vite, folder));
    },
  });
}

async function buildPage({ build }: Pick<typeof import('vite'), 'build'>, folder: string): Promise<void> {
  // Vite builds for this environment, and leaves it so: what the caller starts next must not run for production.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

if (import.meta.main) await buildConsole();
