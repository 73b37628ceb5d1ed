import { expect, test } from 'vitest';
import { readExactMetadata } from './exact-metadata.ts';

const EXACT = '{"id":9007199254740993,"price":1.10,"far":1e400,"list":[-0,1.0]}';

test.each([
  ['an object', `{"metadata":${EXACT}}`, EXACT],
  ['JSON text', JSON.stringify({ metadata: EXACT }), EXACT],
  ['another value', '{"metadata":1.10}', '{"value":1.10}'],
  ['text that is no JSON', '{"metadata":"{1"}', '{"value":"{1"}'],
  ['an empty list', '{"metadata":[]}', '{}'],
  ['null', '{"metadata":null}', '{}'],
  ['nothing', '{"title":"t"}', '{}'],
])('metadata that is %s is written back as it came', (_what, body, text) => {
  expect(JSON.stringify(readExactMetadata(body))).toBe(text);
});

test('a body that nests too deeply gives none', () => {
  expect(readExactMetadata(`{"metadata":{},"result":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)).toBeNull();
});
