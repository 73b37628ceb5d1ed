import { expect, test } from 'vitest';
import { badUserInputs, firstProblems, MAX_PROBLEMS } from './errors.ts';

const problem = (path: string) => ({ path, message: 'is not a known field' });

test('up to 20 problems are all named, and nothing is said of more', () => {
  const fields = Array.from({ length: MAX_PROBLEMS }, (_, index) => problem(`f${index}`));
  const error = badUserInputs(fields);
  expect(error.details).toEqual({ fields });
  expect(error.message).not.toContain('more');
});

test('of 200,000 problems 20 are named, and the message and `moreFields` count the rest', () => {
  const fields = Array.from({ length: 200_000 }, (_, index) => problem(`f${index}`));
  const error = badUserInputs(fields, 5);
  expect(error.details.fields).toEqual(fields.slice(0, 20));
  expect(error.details.moreFields).toBe(199_985);
  expect(error.message).toMatch(/; and 199985 more$/);
});

test.each([
  ['long', 'x'.repeat(1_000_000)],
  ['escaped', '\u0001'.repeat(1_000_000)],
  ['of three bytes each', '\u20ac'.repeat(1_000_000)],
  ['of halves of pairs', '\u{1f600}'.repeat(1_000_000)],
])('names that are %s are cut, and the whole stays below 16 kB', (_name, path) => {
  const { message, details } = badUserInputs(Array.from({ length: 30 }, () => ({ path, message: path })));
  const answer = JSON.stringify({ detail: message, ...details });
  expect(Buffer.byteLength(answer)).toBeLessThan(15_000);
  expect(answer.isWellFormed()).toBe(true);
  expect(details.fields?.length).toBeGreaterThan(0);
  expect((details.fields?.length ?? 0) + (details.moreFields ?? 0)).toBe(30);
});

test('a single problem is named however large it is', () => {
  expect(firstProblems(['x'.repeat(100_000), 'y'], (text) => text)).toHaveLength(1);
});
