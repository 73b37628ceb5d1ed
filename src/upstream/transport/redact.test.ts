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

/** Encodes a text in base64 behind `before` other bytes. */
function base64(text: string, before = 0, encoding: 'base64' | 'base64url' = 'base64'): string {
  return Buffer.from(`${'u'.repeat(before)}${text}:rest`).toString(encoding);
}

const AWKWARD = 'hunter/"2\\é+&=💡 key';

test.each([
  ['as it is', AWKWARD],
  ['in capitals', AWKWARD.toUpperCase()],
  ['in JSON', JSON.stringify(AWKWARD)],
  ['in JSON within JSON', JSON.stringify(JSON.stringify({ k: AWKWARD }))],
  [
    'in JSON of PHP',
    JSON.stringify(AWKWARD).replaceAll('/', '\\/').replace('é', '\\u00e9').replace('💡', '\\uD83D\\uDCA1'),
  ],
  ['in a URL', encodeURIComponent(AWKWARD)],
  ['in a form', new URLSearchParams({ k: AWKWARD }).toString()],
  ['in a URL within a URL', encodeURIComponent(encodeURIComponent(AWKWARD))],
  ['in HTML without tags', AWKWARD.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replace('é', '&#233;')],
  ['in hexadecimal', Buffer.from(AWKWARD).toString('hex')],
  ...[0, 1, 2].map((before) => [`in base64 behind ${before} bytes`, base64(AWKWARD, before)]),
  ...[0, 1, 2].map((before) => [
    `in base64 of URLs behind ${before} bytes`,
    base64(AWKWARD, before, 'base64url'),
  ]),
])('a secret of the call is hidden: %s', (_name = '', form = '') => {
  const [message = ''] = redactMessages([`You sent ${form}, we say no`], [AWKWARD]);
  expect(message).toMatch(/^You sent (.*)we say no$/);
  expect(message).toContain('[redacted]');
  for (const part of ['hunter', 'HUNTER', 'aHVudG', 'h1bnRlc', 'odW50ZX', '68756e74'])
    expect(message).not.toContain(part);
});

test('a secret of the call is hidden wherever it stands, and a short one only as a whole word', () => {
  expect(redactMessages(['You are hunter.2, hunter.2!'], ['', 'hunter.2'])).toEqual([
    'You are [redacted], [redacted]!',
  ]);
  expect(redactMessages(['Key abc of abcdef: "abc"'], ['abc'])).toEqual([
    'Key [redacted] of abcdef: "[redacted]"',
  ]);
  expect(redactMessages(['abcdefgh-long and abcdefgh'], ['abcdefgh', 'abcdefgh-long'])).toEqual([
    '[redacted] and [redacted]',
  ]);
});

test('a hostile text does not make the search for a secret grow with its square', () => {
  for (const text of ['\\', '%25', '&#0', 'a', 'hunter', 'aHVudGV'])
    redactMessages(
      [text.repeat(300_000 / text.length)],
      [AWKWARD, 'a'.repeat(512), `${'\\'.repeat(100)}x`, '\\a'.repeat(50)],
    );
});
