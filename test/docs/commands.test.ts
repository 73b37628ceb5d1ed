import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksOf } from './blocks.ts';
import { documentsMatching, PAGES, PROJECT, README } from './documents.ts';
import { readProjectFile } from './environment.ts';

const DOCUMENTS = documentsMatching(
  ...['*.md', 'docs/**/*.md', 'bench/*.md', 'deploy/**/*.md', 'examples/*/*.md', 'packages/*/*.md'],
);

/** What no test has, so that a command which needs it is run by none. */
const NEEDS = /needs (Docker|a cluster|systemd)|asks the real upstreams/;

/** The test or the program of CI that runs a command in place of the documents' own test. */
const RUNNER = /(?:^|[ ;(])(\.ci\/run|test\/[\w./-]*\w|npm run audit:image)\b/;

/** What a reader would type, also in a block that does not say that it is for a shell. */
const COMMAND = /^(\$ |npm |npx |node |docker |kubectl |helm |curl |quantgate |git |psql |pg_)/;

test('no command is in a block that is indented or has another fence', () => {
  for (const document of DOCUMENTS) {
    expect(readProjectFile(document), document).not.toMatch(/^(?:[ \t]+```|~~~)/m);
  }
});

describe.each(DOCUMENTS)('%s', (document) => {
  const commands = blocksOf(readProjectFile(document)).filter(
    ({ language, text }) =>
      /^(sh|bash|shell|console|sql)$/.test(language) || (language === '' && COMMAND.test(text)),
  );

  test('has commands that are run, or say why not', () => {
    const isRun = document === README || PAGES.includes(document);
    // A file is written, and the commands after it use it.
    const allowed = isRun ? /^(run|run in the background|file: \S+|not run: .{5,})$/ : /^not run: .{5,}$/;
    for (const { mark, text } of commands) expect(mark, text).toMatch(allowed);
  });

  test('has no command that is run by nothing, unless it needs what no test has', () => {
    for (const { mark = '', text } of commands.filter(({ mark }) => mark?.startsWith('not run: ')))
      expect(RUNNER.test(mark) || NEEDS.test(mark), `${mark}\n${text}`).toBe(true);
  });

  test('names CI only for commands that it runs', () => {
    for (const { text } of commands.filter(({ mark }) => mark?.includes('.ci/run'))) {
      const [, script = ''] = /npm run (\S+)/.exec(text) ?? [];
      expect(readProjectFile('.ci/run'), text).toContain(`npm run ${script}`);
    }
  });

  test('names only tests and files that exist as those that run a command in its place', () => {
    for (const { mark = '' } of commands) {
      for (const [path = ''] of mark.matchAll(/(?:\.ci|test|src)\/[\w./-]*\w/g)) {
        expect(existsSync(join(PROJECT, path)), path).toBe(true);
      }
    }
  });
});

test('every profile and service that a document gives to Compose is in its file', () => {
  const { services } = parse(readProjectFile('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { profiles?: string[] }>;
  };
  const profiles = Object.values(services).flatMap((service) => service.profiles ?? []);
  const lines = DOCUMENTS.flatMap((document) => blocksOf(readProjectFile(document))).flatMap(
    ({ text }) => text.match(/^docker compose .+$/gm) ?? [],
  );
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    const [, profile, rest = ''] = /^docker compose (?:--profile (\S+) )?up(.*)$/.exec(line) ?? [];
    if (profile !== undefined) expect(profiles, line).toContain(profile);
    const named = rest.split(' ').filter((word) => word !== '' && !word.startsWith('--'));
    for (const service of named) expect(Object.keys(services), line).toContain(service);
  }
});
