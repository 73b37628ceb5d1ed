import { describe, expect, test } from 'vitest';
import { MAX_QUANTCDN_CALLS } from '../../src/probe/quantcdn/ask.ts';
import { QUANTCDN_ASSUMPTIONS } from '../../src/probe/quantcdn/assumptions.ts';
import { QUANTCDN_READS } from '../../src/probe/quantcdn/evidence.ts';
import { MAX_QUANTCONNECT_CALLS } from '../../src/probe/quantconnect/ask.ts';
import { QUANTCONNECT_ASSUMPTIONS } from '../../src/probe/quantconnect/assumptions.ts';
import { QUANTCONNECT_READS } from '../../src/probe/quantconnect/evidence.ts';
import { readProjectFile } from './environment.ts';

/** The rows of the table below a heading, without its head. */
function rowsBelow(document: string, heading: string): string[][] {
  const page = readProjectFile(document);
  const section = page.slice(page.indexOf(`\n## ${heading}\n`) + 1).split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | '));
}

const PAGES = [
  ['docs/upstream/quantconnect.md', QUANTCONNECT_ASSUMPTIONS, QUANTCONNECT_READS],
  ['docs/upstream/quantcdn.md', QUANTCDN_ASSUMPTIONS, QUANTCDN_READS],
] as const;

describe.each(PAGES)('%s', (document, assumptions, reads) => {
  const rows = rowsBelow(document, 'What a probe decides');
  const decided = rows.filter(([, , by = '']) => !by.startsWith('no read: '));

  test('has the assumptions of the code that a read decides, with their statements', () => {
    expect(decided.map(([id, statement]) => [id, statement])).toEqual(
      assumptions.map(({ id, statement }) => [`\`${id}\``, statement]),
    );
  });

  test('names reads that are made, and each of them', () => {
    const named = decided.flatMap(([, , by = '']) => [...by.matchAll(/`([^`]+)`/g)].map(([, read]) => read));
    for (const [id, , by = ''] of decided) expect(by === 'every read' || by.startsWith('`'), id).toBe(true);
    expect([...new Set(named)].sort()).toEqual([...reads].sort());
  });

  test('says of every assumption what decides it, or why no read does', () => {
    const ids = rows.map(([id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name] of rowsBelow(document, 'What is unknown, and how we tolerate it'))
      expect(ids).toContain(name);
  });
});

test('the page about the command line and its help have the number of calls', () => {
  const page = readProjectFile('docs/operate/command-line.md');
  expect(page).toContain(
    `at most ${MAX_QUANTCONNECT_CALLS} calls to QuantConnect and ${MAX_QUANTCDN_CALLS} to QuantCDN`,
  );
  const all = MAX_QUANTCONNECT_CALLS + MAX_QUANTCDN_CALLS;
  expect(readProjectFile('src/cli/commands/probe.ts')).toContain(`at most ${all} calls`);
});
