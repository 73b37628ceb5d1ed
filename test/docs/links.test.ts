import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentsMatching, PAGES, PROJECT, README } from './documents.ts';
import { readProjectFile } from './environment.ts';
import { anchorsIn, linksIn } from './markdown.ts';

const documents = documentsMatching('**/*.md').filter(
  (file) => !/(^|\/)(node_modules|dist|data)\//.test(file),
);

/** The links of a document that lead to no file, or to no heading of one. Other sites are not asked. */
function brokenLinks(document: string): string[] {
  return linksIn(readProjectFile(document)).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? document : join(document, '..', path);
    if (!existsSync(join(PROJECT, file))) return true;
    return anchor !== undefined && !anchorsIn(readProjectFile(file)).includes(anchor);
  });
}

test.each(documents)('every link of %s resolves', (document) => {
  expect(brokenLinks(document)).toEqual([]);
});

test('the README links every page', () => {
  const linked = linksIn(readProjectFile(README)).map((link) => link.split('#')[0]);
  expect(PAGES.filter((page) => !linked.includes(page))).toEqual([]);
});

test('the index of decisions has every page under its title', () => {
  const index = readProjectFile('docs/decisions/README.md');
  const pages = documentsMatching('docs/decisions/0*.md').map((page) => {
    const [, number, title] = /^# (\d+)\. (.*)/.exec(readProjectFile(page)) ?? [];
    return `${number}. [${title}](${basename(page)})`;
  });
  expect(index.match(/^\d+\. .*$/gm)).toEqual(pages);
});

describe('reading markdown', () => {
  test('links are found in text, tables and references, not in code', () => {
    const text = ['[a](b.md#c) and `[no](no.md)`', '| [d](e) |', '[f]: g.md', '```', '[no](no.md)', '```'];
    expect(linksIn(text.join('\n'))).toEqual(['b.md#c', 'e', 'g.md']);
  });

  test('anchors are made as GitHub makes them, and counted where a heading comes again', () => {
    const text = ['# Errors, by `code`', '## Sign-in', '```sh', '# not a heading', '```', '## Sign-in'];
    expect(anchorsIn(text.join('\n'))).toEqual(['errors-by-code', 'sign-in', 'sign-in-1']);
  });
});
