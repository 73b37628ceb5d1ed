import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

const MAX_NAME_LENGTH = 40;

const run = promisify(execFile);
const project = join(import.meta.dirname, '..', '..', '..');
const program = (path: string) => join(project, 'node_modules', path);

/** Where the generated clients are; beside the sources, so that the compiler finds the packages of the project. */
let folder: string;
const read = (path: string) => readFile(join(folder, path), 'utf8');

/** Names of the types that a generated file exports, each once. */
function typesIn(source: string): string[] {
  const names = [...source.matchAll(/^export (?:type|interface|enum) (\w+)/gm)].map(([, name = '']) => name);
  return [...new Set(names)];
}

/** Generates with both command lines, each in a process of its own, since they set up their process. */
async function generate(document: string): Promise<void> {
  const input = join(folder, 'openapi.json');
  await writeFile(input, document);
  const orvalConfig = {
    gateway: {
      input,
      // Without the wrapper types that orval makes of operation and media type: `…Response200TextEventStream`.
      output: {
        target: join(folder, 'orval.ts'),
        client: 'fetch',
        override: { fetch: { includeHttpResponseReturnType: false } },
      },
    },
  };
  const config = join(folder, 'orval.config.mjs');
  await writeFile(config, `export default ${JSON.stringify(orvalConfig)};`);
  const heyApi = [
    program('@hey-api/openapi-ts/bin/run.js'),
    '--input',
    input,
    '--output',
    join(folder, 'hey'),
  ];
  const orval = [program('orval/dist/bin/orval.mjs'), '--config', config];
  await Promise.all([
    run(process.execPath, [...heyApi, '--silent', '--no-log-file'], { cwd: folder }),
    run(process.execPath, orval, { cwd: folder }),
    openapiTS(document).then((nodes) => writeFile(join(folder, 'openapi-typescript.ts'), astToString(nodes))),
  ]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '..', 'generated-clients-'));
  await using gateway = await bootGateway({ polls: false });
  await generate(await (await fetch(`${gateway.url}/openapi.json`)).text());
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('what three generators make of the document compiles strictly', async () => {
  const options = {
    ...{ target: 'es2024', lib: ['es2024', 'dom', 'dom.iterable'], module: 'esnext' },
    ...{ moduleResolution: 'bundler', types: [], strict: true, skipLibCheck: true, noEmit: true },
  };
  const config = { compilerOptions: options, include: ['*.ts', 'hey/**/*.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = run(process.execPath, [program('typescript/bin/tsc'), '--project', folder]);
  await expect(tsc).resolves.toEqual({ stdout: '', stderr: '' });
}, 60_000);

test.each(['hey/types.gen.ts', 'orval.ts'])(
  'the types in %s have names that people can read',
  async (file) => {
    const names = typesIn(await read(file));
    expect(names.length).toBeGreaterThan(100);
    expect(names).toEqual(expect.arrayContaining(['Deployment', 'Agent', 'AgentTask', 'AiTask', 'Problem']));
    expect(names.filter((name) => name.length > MAX_NAME_LENGTH)).toEqual([]);
  },
);

test('the schemas in the types of openapi-typescript have names that people can read', async () => {
  const [, schemas = ''] =
    /^ {4}schemas: \{\n([\s\S]*?)^ {4}\};/m.exec(await read('openapi-typescript.ts')) ?? [];
  const names = [...schemas.matchAll(/^ {8}(\w+):/gm)].map(([, name = '']) => name);
  expect(names).toEqual(expect.arrayContaining(['Deployment', 'Agent', 'AgentTask', 'AiTask', 'Problem']));
  expect(names.filter((name) => name.length > MAX_NAME_LENGTH)).toEqual([]);
});

test('no schema is in the document that no operation uses', async () => {
  const { paths, components } = JSON.parse(await read('openapi.json')) as Record<string, object>;
  const { schemas } = components as { schemas: Record<string, object> };
  const inputs = Object.keys(schemas).filter((name) => name.endsWith('Input'));
  expect(inputs.filter((name) => !JSON.stringify(paths).includes(`/${name}"`))).toEqual([]);
});
