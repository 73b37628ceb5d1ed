import { existsSync, globSync, readFileSync } from 'node:fs';
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

/** The rows of the numbered threats: number, and the tests with their files. */
const numbered = [...readProjectFile('docs/security/threats.md').matchAll(/^\| (\d+) \|(.*)\|$/gm)].map(
  ([, number, row = '']) => ({
    number: Number(number),
    cells: row.split(' | '),
    tests: [...row.matchAll(/"([^"]+)" \(`([^`]+)`\)/g)].map(([, name = '', file = '']) => ({ name, file })),
  }),
);

test('the 39 threats are all there, each with a control and a test that is in the file it names', () => {
  expect(numbered.map(({ number }) => number)).toEqual(Array.from({ length: 39 }, (_, index) => index + 1));
  for (const { number, cells, tests: proofs } of numbered) {
    expect([number, cells.length, cells.every((cell) => cell.trim() !== '')]).toEqual([number, 4, true]);
    expect([number, proofs.length > 0]).toEqual([number, true]);
    for (const { name, file } of proofs) {
      const text = existsSync(new URL(file, project)) ? readFileSync(new URL(file, project), 'utf8') : '';
      expect([number, file, name, isTitleIn(text, name)]).toEqual([number, file, name, true]);
    }
  }
});

/** True if a text in the code of a file has the name: the titles of tests are such texts, comments are not. */
function isTitleIn(text: string, name: string): boolean {
  return text
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .flatMap((line) => line.match(/(['"`])(?:\\.|(?!\1).)*\1/g) ?? [])
    .some((literal) => literal.replaceAll("\\'", "'").includes(name));
}

test('every control is held by a test of that name', () => {
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !tests.includes(name))).toEqual([]);
});
