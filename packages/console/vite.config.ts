import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/** Where the gateway of `npm run dev -w packages/console` is. */
const target = process.env.QUANTGATE_URL ?? 'http://127.0.0.1:4000';

const compressors = { '.br': promisify(brotliCompress), '.gz': promisify(gzip) };

/** Writes each script and style a second and third time, compressed: the gateway sends what is there. */
const compressed: Plugin = {
  name: 'compressed',
  // Once the files are there: Vite changes the scripts until the end.
  async writeBundle({ dir = '' }, bundle) {
    const paths = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css|svg)$/.test(name));
    await Promise.all(
      paths.map(async (path) => {
        const source = await readFile(join(dir, path));
        for (const [ending, compress] of Object.entries(compressors)) {
          const smaller = await compress(source);
          if (smaller.length < source.length) await writeFile(join(dir, path + ending), smaller);
        }
      }),
    );
  },
};

/** What the gateway writes into the HTML, for Vite's own server. */
const placeholders: Plugin = {
  name: 'placeholders',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace('__BASE__', '/console/').replace('__REGISTRATION__', 'open'),
};

export default defineConfig(({ command }) => ({
  base: command === 'serve' ? '/console/' : './',
  plugins: [compressed, placeholders],
  // Within this repository the packages need no build.
  resolve: { conditions: ['quantgate-source', ...defaultClientConditions], dedupe: ['react', 'react-dom'] },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { port: 5174, strictPort: true, proxy: { '/v1': target, '/graphql': { target, ws: true } } },
}));
