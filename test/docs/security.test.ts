import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readProjectFile } from './environment.ts';

const document = readProjectFile('SECURITY.md');
const project = new URL('../..', import.meta.url);
const tests = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: project })
  .map((file) => readFileSync(new URL(file, project), 'utf8').replaceAll("\\'", "'"))
  .join('\n');

/** The quoted names in the last column of the tables of threats. */
const named = [...document.matchAll(/^\|.*\| (".*") \|$/gm)].flatMap(([, cell = '']) =>
  cell.slice(1, -1).split('", "'),
);

test('every control is held by a test of that name', () => {
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !tests.includes(name))).toEqual([]);
});
