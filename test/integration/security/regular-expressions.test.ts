import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { scrub } from '../../../src/telemetry/scrub.ts';
import { redactMessages } from '../../../src/upstream/transport/redact.ts';
import { formsOf } from '../../../src/upstream/transport/secret-forms.ts';

/** Files whose expressions may take time that grows with the square of the text, and why that does no harm. */
const BOUNDED: Record<string, string> = {
  'src/config.ts': 'meets the environment, which the operator writes',
  'src/lib/keys.ts': 'meets the environment, which the operator writes',
  'src/composition/start-failures.ts': 'meets messages of the process itself, before it serves',
  'src/upstream/transport/redact.ts': 'meets at most 4,000 characters of each message',
};

/** Work on a text. */
interface Work {
  name: string;
  run(text: string): unknown;
  /** Texts that the expression itself mentions. */
  words: readonly string[];
}

function workOf(name: string, expression: RegExp): Work {
  // Literal runs, and single characters that the expression names.
  const words = expression.source.match(/[\w<"'=:@%&#/ -]{2,}|[^\w\s]/g) ?? [];
  return { name, words, run: (text) => text.replace(expression, '') };
}

/** Every expression literal of the source, as it stands there. */
function literalsOf(file: string, text = readFileSync(file, 'utf8')): Work[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Work[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const at = node.text.lastIndexOf('/');
      const expression = new RegExp(node.text.slice(1, at), node.text.slice(at + 1));
      found.push(workOf(`${file}: ${node.text}`, expression));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const PIECES = ['a', '0', ' ', '\n', '.', '-', '/', '\\', '<', '"', ':', '=', '@', '+', '_', 'é'];

/** Long runs of each character and word, of pairs of them, and a run behind each word. */
function* hostileTexts(words: readonly string[], length: number): Generator<string> {
  const own = [...new Set(words)].slice(0, 6);
  for (const piece of [...PIECES, ...own]) {
    const run = piece.repeat(Math.ceil(length / piece.length));
    yield run;
    yield `${run}\0`;
    for (const word of own) {
      yield `${word}${run}\0`;
      const pair = `${word}${piece}`;
      yield pair.repeat(Math.ceil(length / pair.length));
    }
  }
}

/** Milliseconds that this thread has worked; what else the machine does is not in it. */
function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The shortest of several times, in milliseconds. */
function timeOf(run: () => unknown, times: number): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < times; n += 1) {
    const startedAtMs = workedMs();
    run();
    shortest = Math.min(shortest, workedMs() - startedAtMs);
  }
  return shortest;
}

const SHORT = 4_000;
/** Shorter times say nothing about growth. */
const NOTICEABLE_MS = 1;

/** The growth of the time when a text is made four times as long, if it is more than twice as much as of linear work. */
function growthOf({ run, words }: Work): { text: string; growth: number } | undefined {
  const longer = hostileTexts(words, 4 * SHORT);
  for (const text of hostileTexts(words, SHORT)) {
    const long = longer.next().value as string;
    if (timeOf(() => run(long), 1) < NOTICEABLE_MS || timeOf(() => run(long), 2) < NOTICEABLE_MS) continue;
    const growth = timeOf(() => run(long), 5) / timeOf(() => run(text), 5);
    if (growth > 8) return { text: long.slice(0, 40), growth };
  }
  return undefined;
}

const SOURCES = globSync('src/**/*.ts').filter(
  (file) => !/[.](test|test-support)[.]ts$|\/generated\//.test(file),
);

test('each regular expression of the source takes linear time over hostile text, or meets a bounded one', () => {
  const literals = SOURCES.filter((file) => BOUNDED[file] === undefined).flatMap((file) => literalsOf(file));
  expect(literals.length).toBeGreaterThan(80);
  const made = ['short', 'a longer secret with \\ and "', 'x'.repeat(64)].flatMap((secret) =>
    formsOf(secret).map((form) => workOf(`form of ${secret}`, form)),
  );
  const scrubbing = {
    name: 'scrub',
    run: scrub,
    words: ['password=', '"token":"', '\\"d\\":\\"', 'bearer ', 'eyJ', '://'],
  };
  const slow = [...literals, ...made, scrubbing].flatMap((work) => {
    const found = growthOf(work);
    return found
      ? [`${work.name} grows ${found.growth.toFixed(1)} times over ${JSON.stringify(found.text)}`]
      : [];
  });
  expect(slow).toEqual([]);
}, 600_000);

test('a planted expression of quadratic time is found, in any file', () => {
  const [planted] = literalsOf('planted.ts', 'export const TAG = /<[a-z][^>]*>/i;');
  expect(planted && growthOf(planted)?.growth).toBeGreaterThan(8);
  const [stated] = literalsOf('planted.ts', 'const THROTTLED = /too many .*requests/i;');
  expect(stated && growthOf(stated)?.growth).toBeGreaterThan(8);
}, 120_000);

test('files with an exception have expressions, so no exception is out of date', () => {
  expect(Object.keys(BOUNDED).filter((file) => literalsOf(file).length === 0)).toEqual([]);
});

test('long refusals of an upstream cost no more than those of 16 kB', () => {
  const secrets = ['x'.repeat(64), 'a secret'];
  for (const piece of ['<a', '/a', 'a.', 'at (1)', 'too many ', 'x', '\\', '-----BEGIN ']) {
    const costOf = (length: number) => {
      const text = piece.repeat(Math.ceil(length / piece.length));
      return timeOf(() => redactMessages([text], secrets), 5);
    };
    expect(costOf(1_600_000) / Math.max(costOf(16_000), NOTICEABLE_MS)).toBeLessThan(4);
  }
}, 120_000);
