import { expect, test } from 'vitest';
import { decodePercent, decodeUtf8, findTextProblems, hasLength } from './text.ts';

test('bytes that are not UTF-8 have no text', () => {
  expect(decodeUtf8(Buffer.from('Zoë 💡'))).toBe('Zoë 💡');
  expect(decodeUtf8(Buffer.from('\ufeff{}'))).toBe('{}');
  for (const bytes of [[0xe9], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80]])
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
});

test('percent signs that do not encode UTF-8 have no text', () => {
  expect(decodePercent('Zo%C3%AB%20%F0%9F%92%A1')).toBe('Zoë 💡');
  for (const text of ['%', '%zz', '%E9', '%ED%A0%80', '%C0%80']) expect(decodePercent(text)).toBeUndefined();
});

test('a length is counted in code points after normalization', () => {
  for (const [text, length] of [
    ['', 0],
    ['é'.normalize('NFD'), 1],
    ['각'.normalize('NFD'), 1],
    ['ﬁ', 2],
    ['💡', 1],
    ['é\u0301', 2],
  ] as const) {
    expect([text, hasLength(text, length, length)]).toEqual([text, true]);
    expect([text, hasLength(text, length + 1, 9), hasLength(text, 0, length - 1)]).toEqual([
      text,
      false,
      false,
    ]);
  }
});

test('each text that is not taken is found, with its path and in its order', () => {
  const value = { a: 'x\0', b: [1, null, { c: 'x\ud800', 'd\udfff': 1 }], e: 'x\ud83d\udca1', f: '' };
  expect(findTextProblems(value, 'body')).toEqual([
    { path: 'body.a', message: 'must not contain the character NUL' },
    { path: 'body.b.2', message: 'has a name that must be well-formed Unicode' },
    { path: 'body.b.2.c', message: 'must be well-formed Unicode' },
  ]);
  expect(findTextProblems('\0')).toEqual([{ path: '', message: 'must not contain the character NUL' }]);
  for (const fine of [undefined, null, 1, true, 'x', [], {}]) expect(findTextProblems(fine)).toEqual([]);
});

test('deep nesting and many wrong texts cost neither the stack nor much memory', () => {
  let deep: unknown = '\0';
  for (let depth = 0; depth < 200_000; depth += 1) deep = [deep];
  expect(findTextProblems(deep)).toHaveLength(1);
  expect(findTextProblems(Array.from({ length: 100_000 }, () => '\0'))).toHaveLength(20);
});
