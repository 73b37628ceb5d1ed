import { existsSync, globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readProjectFile } from './environment.ts';

const project = resolve(import.meta.dirname, '../..');
/** Folders whose citations must resolve. */
const CITING = ['src', 'simulator', 'test', 'bench', 'demo', 'scripts'];
/** Folders without any reference to a document outside the repository. */
const CLEARED = ['src', 'simulator', 'test', 'bench', 'demo', 'scripts'];

/** A document of this repository, and the comma that a heading follows. */
const CITATION =
  /(?<![\w/])((?:docs\/[\w/-]+|ARCHITECTURE|CHANGELOG|PROTOCOL|README|SECURITY)\.md)(?:`?, (?=\S))?/g;
/** A section number of a document that is not in the repository. */
const OUTSIDE = [
  /\b(?:upstream|its|the|QuantCDN) page,? (?:sections? )?\d/i,
  /\bpage,? sections? \d/i,
  /\bcontract,? sections? \d/i,
  /\(sections? \d/i,
];
const ASSUMPTIONS = 'What is unknown, and how we tolerate it';

function filesOf(folders: readonly string[]): string[] {
  return globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: project, exclude: ['**/node_modules'] },
  );
}

/** A file's text in which a comment is one line, for a citation may run over several. */
function textOf(file: string): string {
  return readProjectFile(file).replace(/\s*\n\s*(?:\*(?!\/)|\/\/)\s*/g, ' ');
}

/** The headings of a document, the longest first. What looks like one within a fenced block is none. */
function headingsOf(document: string): string[] {
  return [
    ...readProjectFile(document)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/^#+ (.+)$/gm),
  ]
    .map(([, heading = '']) => heading)
    .sort((one, other) => other.length - one.length);
}

/** What is wrong with a citation, undefined when it resolves. `rest` is what follows the document and its comma. */
function problemOf(document: string, rest: string | undefined): string | undefined {
  if (!existsSync(join(project, document))) return `${document} does not exist`;
  if (rest === undefined) return undefined;
  const heading = headingsOf(document).find(
    (one) => rest.startsWith(one) && !/^\w/.test(rest.slice(one.length)),
  );
  if (heading === undefined) return `${document} has no heading for "${rest.slice(0, 40)}"`;
  const after = rest.slice(heading.length);
  const name = heading === ASSUMPTIONS ? /^; ([\w-]+)/.exec(after)?.[1] : undefined;
  if (name !== undefined && !readProjectFile(document).includes(`\n| \`${name}\` |`)) {
    return `${document} has no assumption ${name}`;
  }
  return /^ and [A-Z]/.test(after) ? problemOf(document, after.slice(' and '.length)) : undefined;
}

test('every citation names an existing document and heading', () => {
  const citations = filesOf(CITING).flatMap((file) => {
    const text = textOf(file);
    return [...text.matchAll(CITATION)].map((match) => {
      const [found, document = ''] = match;
      const rest = found.endsWith(' ')
        ? text.slice(match.index + found.length, match.index + 200)
        : undefined;
      return { file, problem: problemOf(document, rest) };
    });
  });
  expect(citations.length).toBeGreaterThan(50);
  expect(citations.filter(({ problem }) => problem !== undefined)).toEqual([]);
});

test('no comment cites a document outside the repository', () => {
  const found = filesOf(CLEARED).filter((file) => OUTSIDE.some((pattern) => pattern.test(textOf(file))));
  expect(found).toEqual([]);
});

test.each(['docs/upstream/quantconnect.md', 'docs/upstream/quantcdn.md'])(
  'every assumption of %s has a name of its own',
  (document) => {
    const page = readProjectFile(document);
    const table = page.slice(page.indexOf(`## ${ASSUMPTIONS}`), page.indexOf('\n## Sources'));
    const rows = [...table.matchAll(/^\| (?!name |---)(.*?) \|/gm)].map(([, name = '']) => name);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((name) => !/^`[a-z0-9]+(?:-[a-z0-9]+)+`$/.test(name))).toEqual([]);
    expect(new Set(rows).size).toBe(rows.length);
  },
);
