import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { blocksOf } from '../docs/blocks.ts';

/** The page of the guide whose modules pages of tests import, as `guide:<name>`. */
const GUIDE = fileURLToPath(new URL('../../docs/guide/frontend.md', import.meta.url));

/** A page with a program that imports the packages from their source, as one document. @param entry from this folder */
export async function bundlePage(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    mode: 'development',
    plugins: [guideModules()],
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['quantgate-source'] },
    build: {
      write: false,
      // The browser gets the page through its debugging protocol, which takes long for a large one.
      minify: true,
      lib: { entry: fileURLToPath(new URL(entry, import.meta.url)), formats: ['es'], fileName: 'page' },
    },
  });
  const [output] = [built].flat();
  if (output === undefined || !('output' in output)) throw new Error('vite has built nothing');
  const code = output.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n');
  return `<!doctype html><title>Test</title><body><script type="module">${code.replaceAll('</script', '<\\/script')}</script>`;
}

/** Takes `guide:apollo.ts` from the block of the guide before which a comment says `module: apollo.ts`. */
function guideModules(): Plugin {
  const modules = new Map<string, string>(
    blocksOf(readFileSync(GUIDE, 'utf8')).flatMap(({ mark, text }) =>
      mark?.startsWith('module: ') ? [[`${GUIDE}/${mark.slice('module: '.length)}`, text] as const] : [],
    ),
  );
  return {
    name: 'guide-modules',
    enforce: 'pre',
    resolveId(source, importer = '') {
      const name = source.startsWith('guide:') ? source.slice('guide:'.length) : source.replace(/^\.\//, '');
      const isAsked = source.startsWith('guide:') || (source.startsWith('./') && modules.has(importer));
      return isAsked ? `${GUIDE}/${name}` : undefined;
    },
    load: (id) => modules.get(id),
  };
}
