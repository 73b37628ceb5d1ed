import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT } from './documents.ts';
import { readProjectFile } from './environment.ts';

/** Words that hide who acts. A comment names the part of the program in their place. */
const VAGUE =
  /\b(?:nobody|somebody|anybody|everybody|whoever|whatever|(?:is|are|was|were|be|been|being) told)\b/i;
const MAX_FILES_PER_FOLDER = 20;
const MAX_LINES = 300;

const files = globSync('src/**/*.ts', { cwd: PROJECT, exclude: ['src/http/graphql/generated/**'] });
const sources = files.filter((file) => !/\.(?:test|test-support|fixture)\.ts$/.test(file));

/** The comments of a file, each as one line, because a phrase may continue on the next one. */
function commentsOf(text: string): string[] {
  const comments: string[] = [];
  let isContinued = false;
  for (const line of text.split('\n')) {
    const whole = /^\s*(?:\/\/|\/\*\*?|\*\/?)(.*)/.exec(line)?.[1];
    const comment = whole ?? /\s\/\/ (.*)/.exec(line)?.[1];
    if (comment !== undefined) comments.push(isContinued ? `${comments.pop()} ${comment.trim()}` : comment);
    isContinued = whole !== undefined;
  }
  return comments;
}

test('a phrase is found in every form of comment, across lines, and not in code', () => {
  const text = [
    "const told = 'nobody'; // nobody",
    '// one line is',
    '// told',
    'call();',
    '/** Whoever',
    ' * comes */',
  ].join('\n');
  expect(commentsOf(text).filter((comment) => VAGUE.test(comment))).toEqual([
    'nobody',
    ' one line is told',
    ' Whoever comes */',
  ]);
});

test('no comment of src hides who acts', () => {
  const found = files.flatMap((file) =>
    commentsOf(readProjectFile(file)).flatMap((comment) =>
      VAGUE.test(comment) ? `${file}: ${comment}` : [],
    ),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(found).toEqual([]);
});

test(`no folder of src has more than ${MAX_FILES_PER_FOLDER} source files`, () => {
  // Migrations are only ever added.
  const folders = Map.groupBy(
    sources.filter((file) => !/migrations\/0/.test(file)),
    (file) => dirname(file),
  );
  const full = [...folders].filter(([, members]) => members.length > MAX_FILES_PER_FOLDER);
  expect(full.map(([folder, members]) => `${folder}: ${members.length}`)).toEqual([]);
});

test(`no source file of src has more than ${MAX_LINES} lines`, () => {
  // A migration lists the statements of one release and does not change after it.
  const long = sources
    .filter((file) => !/^src\/store\/migrations\/\d/.test(file))
    .map((file) => ({ file, lines: readProjectFile(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  expect(long).toEqual([]);
});
