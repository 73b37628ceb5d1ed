/**
 * `npm run build`: the console, and one folder with all that a start needs: the gateway, its command line and the simulator, each with
 * everything that it imports, in a dozen files instead of two thousand. Node spends more of a start on finding and reading modules
 * than on anything else. Takes the output folder; without one it is `dist` in the folder where npm runs. Nothing is built whose
 * sources have not changed.
 */
import { cp, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type * as esbuild from 'esbuild';
import { buildConsole, CONSOLE_OUTPUT } from './build-console.ts';
import { buildFolder, builtHash, hashOf } from './built-folder.ts';

const project = resolve(import.meta.dirname, '..');

/** Files of the output, by name. They share what several of them import. */
const ENTRIES = { main: 'src/main.ts', compile: 'src/compile.ts', cli: 'src/cli/main.ts' };

/** What the bundled code reads at run time, at the same place below the output. */
const ASSETS = [
  ...['schema.graphql', 'package.json', 'src/auth/common-passwords.txt'],
  ...['src/http/pages/logo.svg', 'src/http/pages/session.css', 'src/http/pages/session.js'],
];

const SOURCES = ['package-lock.json', 'scripts/build.ts', ...ASSETS, '{src,simulator}/**/*.ts'];

/** It has a library of machine code, which stays a file of its own. The other one is an option of `pg` that is not installed. */
const EXTERNAL = ['@node-rs/argon2', 'pg-native'];

/**
 * Packages of CommonJS ask for Node's own modules by `require`, and have no `import.meta`. The names are unlike any in the code: the
 * bundler does not know of them.
 */
const BANNER = `import { createRequire as __requireFor } from 'node:module';
import { fileURLToPath as __pathOf } from 'node:url';
const __here = import.meta.url;
const require = __requireFor(__here);`;

/** Lets code that asks for its own place be told where its source is, seen from the output: there are the files that it reads. */
const places: esbuild.Plugin = {
  name: 'places',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!/\b__(?:dir|file)name\b|\bimport\.meta\.(?:url|dirname|filename)\b/.test(text)) return undefined;
      const place = relative(project, path);
      // Packages are beside the output, the project's own files are copied into it.
      const url = (name: string) =>
        `new URL(${JSON.stringify(name.startsWith('node_modules/') ? `../${name}` : `./${name}`)}, __here)`;
      const folder = `__pathOf(${url(join(place, '..'))})`;
      const contents = text
        .replaceAll(/\bimport\.meta\.url\b/g, `${url(place)}.href`)
        .replaceAll(/\bimport\.meta\.dirname\b|\b__dirname\b/g, folder)
        .replaceAll(/\bimport\.meta\.filename\b|\b__filename\b/g, `__pathOf(${url(place)})`);
      return { contents, loader: /\.[cm]?ts$/.test(path) ? 'ts' : 'js' };
    });
  },
};

async function buildInto(folder: string, { build }: Pick<typeof esbuild, 'build'>): Promise<void> {
  const options: esbuild.BuildOptions = {
    absWorkingDir: project,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: EXTERNAL,
    // Names of classes and functions are in logs, and plugins of Fastify are known by them.
    keepNames: true,
    banner: { js: BANNER },
    plugins: [places],
    logLevel: 'error',
  };
  await build({ ...options, entryPoints: ENTRIES, outdir: folder, splitting: true });
  // An image of its own, which needs nothing of the gateway.
  await build({ ...options, entryPoints: ['simulator/main.ts'], outfile: join(folder, 'simulator/main.js') });
  await cp(CONSOLE_OUTPUT, join(folder, 'packages/console/dist'), { recursive: true });
  for (const asset of ASSETS) await cp(join(project, asset), join(folder, asset));
}

await buildConsole();
const isThere = await buildFolder({
  output: resolve(process.argv[2] ?? 'dist'),
  hash: `${await hashOf(project, SOURCES)} ${await builtHash(CONSOLE_OUTPUT)}`,
  async loadBuilder() {
    const bundler = await import('esbuild').catch(() => undefined);
    return bundler && ((folder) => buildInto(folder, bundler));
  },
});
if (!isThere)
  throw new Error('Nothing is built yet, and what builds it is not installed: npm ci --include=dev');
