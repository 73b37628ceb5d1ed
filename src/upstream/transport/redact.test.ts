import { expect, test } from 'vitest';
import { redactMessages } from './redact.ts';

const HEX = 'a5a5b08caacc018fd0513893cb11cfba148f5ef9ed80b95489069084ad941935';

test.each([
  ['a hash', `Signature ${HEX} is unknown`, HEX],
  ['a hash in capitals', `Signature ${HEX.toUpperCase()} is unknown`, HEX.toUpperCase()],
  ['a short hash', `Key ${HEX.slice(0, 32)} is unknown`, HEX.slice(0, 32)],
  ['a Basic value', 'Got Authorization: Basic MTIzNDU6YTVhNWIwOGNh', 'MTIzNDU6'],
  ['a bearer', 'Bearer abc.def.ghi refused', 'abc.def'],
  ['a JWT', 'bad eyJhbGciOi.eyJzdWIiOi.sig', 'eyJ'],
  ['a user id', 'UID: 12345 may not', '12345'],
  ['a user id otherwise spelled', '{"userId":12345}', '12345'],
  ['a token', 'token=abc123 has no access', 'abc123'],
  ['an LLM key', 'Key sk-ant-api03-abcdef was refused', 'sk-ant'],
  ['a path', 'Failed in /var/www/html/api/v2/Agent.php:37', '/var/www'],
  ['a Windows path', 'Failed in C:\\inetpub\\api\\Agent.cs', 'inetpub'],
  ['a stack frame', 'Boom\n   at Api.Agent.Read(Int32 id) in Agent.cs:37', 'Api.Agent'],
  ['a PHP frame', 'Boom #0 /srv/a.php(12): run()', 'a.php'],
  ['an address', 'Ask jane.doe@example.com', 'jane.doe'],
])('%s is removed', (_name, message, secret) => {
  expect(redactMessages([message]).join()).not.toContain(secret);
});

test('the echo of a signature and markup are dropped whole', () => {
  expect(
    redactMessages([`Hash doesn't match. UID: 12345 Hash: ${HEX} Timestamp: '1700000000'`, '<h1>Oops</h1>']),
  ).toEqual([]);
});

test('useful text stays', () => {
  const messages = ['Task not found.', 'maxTurns must be between 1 and 500.', 'Name is taken: Copper/Heron'];
  expect(redactMessages(messages)).toEqual(messages);
});

test('at most five messages of at most 300 characters on one line', () => {
  const redacted = redactMessages(Array.from({ length: 9 }, (_, n) => `No.${n}\n\t${'word '.repeat(100)}`));
  expect(redacted).toHaveLength(5);
  expect(Math.max(...redacted.map((message) => message.length))).toBe(300);
  expect(redacted.join('')).not.toMatch(/[\n\t]/);
});

test('a hostile megabyte is shortened in time', () => {
  const redacted = redactMessages([`${'/a'.repeat(500_000)}`, 'a@'.repeat(500_000), ' at '.repeat(250_000)]);
  expect(Math.max(...redacted.map((message) => message.length))).toBeLessThanOrEqual(300);
});

test('a secret of the call is hidden in any form', () => {
  expect(redactMessages(['You are hunter.2, hunter.2!'], ['', 'hunter.2'])).toEqual([
    'You are [redacted], [redacted]!',
  ]);
});
