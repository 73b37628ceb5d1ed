import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { blocksOf } from './blocks.ts';
import { PROJECT } from './documents.ts';
import { readProjectFile } from './environment.ts';

/** Where the modules would be in a project that has the types of the packages. */
const FOLDER = join(PROJECT, 'packages/react');

// test/browser/guide.test.ts runs them.
test('the modules of the page about frontends have no type errors', { timeout: 120_000 }, () => {
  const modules = new Map(
    blocksOf(readProjectFile('docs/guide/frontend.md')).map(
      ({ mark = '', text }) => [join(FOLDER, mark.replace('module: ', '')), text] as const,
    ),
  );
  const { config } = ts.readConfigFile(join(FOLDER, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, FOLDER);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => modules.has(name) || fileExists(name);
  host.readFile = (name) => modules.get(name) ?? readFile(name);
  host.getSourceFile = (name, language, ...rest) => {
    const text = modules.get(name);
    if (text === undefined) return getSourceFile(name, language, ...rest);
    return ts.createSourceFile(name, text, language);
  };

  const problems = ts.getPreEmitDiagnostics(ts.createProgram([...modules.keys()], options, host));

  expect(modules.size).toBe(7);
  expect(
    problems.map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    ),
  ).toEqual([]);
});
