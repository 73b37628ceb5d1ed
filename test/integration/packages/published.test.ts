import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '../../..');
const PACKAGES = ['client', 'react'] as const;

/** A project that has both packages as they are published, and no source of them in its `node_modules`. */
let folder = '';

const run = (args: readonly string[], cwd: string) => promisify(execFile)(process.execPath, args, { cwd });
const tsc = (config: string) =>
  run([join(project, 'node_modules/typescript/bin/tsc'), '-p', config], folder).catch(
    ({ stdout }: { stdout: string }) => {
      throw new Error(stdout);
    },
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantgate-published-'));
  await cp(join(project, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  await mkdir(join(folder, 'node_modules/@quantgate'), { recursive: true });
  for (const name of await readdir(join(project, 'node_modules'))) {
    if (name !== '@quantgate' && name !== '.cache')
      await symlink(join(project, 'node_modules', name), join(folder, 'node_modules', name));
  }
  for (const name of PACKAGES) {
    await cp(join(project, 'packages', name), join(folder, 'packages', name), { recursive: true });
    const published = join(folder, 'node_modules/@quantgate', name);
    await mkdir(published);
    // What `npm run build` of the package runs, and what `files` lets into it.
    await tsc(join(folder, 'packages', name, 'tsconfig.build.json'));
    const manifest = await manifestOf(name);
    for (const file of [...manifest.files, 'package.json'])
      await cp(join(folder, 'packages', name, file), join(published, file), { recursive: true });
  }
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Manifest {
  type: string;
  sideEffects: boolean;
  files: string[];
  exports: Record<string, { types: string; default: string }>;
}

async function manifestOf(name: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(project, 'packages', name, 'package.json'), 'utf8')) as Manifest;
}

test('Node imports every entry of the published packages', async () => {
  const entries: string[] = [];
  for (const name of PACKAGES) {
    const { type, sideEffects, exports } = await manifestOf(name);
    expect({ type, sideEffects }, name).toEqual({ type: 'module', sideEffects: false });
    for (const [path, { types }] of Object.entries(exports)) {
      expect(await readFile(join(folder, 'node_modules/@quantgate', name, types), 'utf8')).toContain(
        'export',
      );
      entries.push(`@quantgate/${name}${path.slice(1)}`);
    }
  }
  const program = `for (const entry of ${JSON.stringify(entries)})
    console.log(entry, Object.keys(await import(entry)).length > 0);`;
  await writeFile(join(folder, 'entries.js'), program);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');

  const { stdout } = await run(['entries.js'], folder);

  expect(entries).toHaveLength(5);
  expect(stdout).toBe(entries.map((entry) => `${entry} true\n`).join(''));
});

/** What a user of the packages would write; a line after `@ts-expect-error` is no program that the types let through. */
const CONSUMER = `
import { createClient, isQuantgateError, type QuantgateError } from '@quantgate/client';
import { createApolloLink } from '@quantgate/client/apollo';
import { createUrqlExchange } from '@quantgate/client/urql';
import { QuantgateProvider, useDeployment } from '@quantgate/react';
import { deploymentQuery } from '@quantgate/react/queries';

export const client = createClient();
export const links = [createApolloLink(client), createUrqlExchange(client), deploymentQuery(client, 'A-1').queryKey];

export async function follow(id: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const { event, isAfterGap } of client.follow(id)) seen.push(event.type, String(isAfterGap));
  return seen;
}

/** The members that come with a code are there once the code is known, and not before. */
export function describe(error: QuantgateError): string | number {
  switch (error.code) {
    case 'RATE_LIMITED':
      return error.retryAfter.toFixed();
    case 'BAD_USER_INPUT':
      return error.fields.length;
    case 'NOT_FOUND':
      // @ts-expect-error
      return error.retryAfter.toFixed();
    // @ts-expect-error
    case 'NO_SUCH_CODE':
      return '';
    default:
      return error.message;
  }
}
export const wait = (error: unknown) => (isQuantgateError(error, 'UNAVAILABLE') ? error.retryAfter.toFixed() : 'never');

export function Page() {
  const { value, status } = useDeployment('A-1');
  // @ts-expect-error
  if (status === 'NO_SUCH_STATUS') return null;
  return <QuantgateProvider client={client}>{value.deployment?.status}</QuantgateProvider>;
}
`;

test('a program of a user is checked by the types of the published packages', async () => {
  await writeFile(join(folder, 'consumer.tsx'), CONSUMER);
  const options = {
    ...{ target: 'es2024', lib: ['es2024', 'dom', 'dom.iterable'], module: 'nodenext', jsx: 'react-jsx' },
    ...{ strict: true, noEmit: true, types: [], skipLibCheck: true },
  };
  await writeFile(
    join(folder, 'consumer.json'),
    JSON.stringify({ compilerOptions: options, files: ['consumer.tsx'] }),
  );
  await tsc(join(folder, 'consumer.json'));
}, 60_000);

/** Bytes of a published package that is bundled, minified and gzipped. */
async function sizeOf(name: string, external: string[]): Promise<number> {
  const entry = join(folder, 'node_modules/@quantgate', name, 'dist/index.js');
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    build: { write: false, minify: true, lib: { entry, formats: ['es'] }, rolldownOptions: { external } },
  });
  const [output] = [built].flat();
  if (output === undefined || !('output' in output)) throw new Error('vite has built nothing');
  return gzipSync(output.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('')).byteLength;
}

test.each([
  ['client', []],
  ['react', ['react', 'react/jsx-runtime', '@quantgate/client']],
])('@quantgate/%s is as small as its README says', async (name, external) => {
  const readme = await readFile(join(project, 'packages', name, 'README.md'), 'utf8');
  const [, kilobytes] = /less than (\d+) kB gzipped/.exec(readme) ?? [];

  const bytes = await sizeOf(name, external);

  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThan(Number(kilobytes) * 1_000);
  // A promise of more than it needs says nothing.
  expect(bytes).toBeGreaterThan(Number(kilobytes) * 750);
});
