import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Reply } from '../worlds/front.ts';

/** An answer that no upstream should give. */
export interface Poison {
  /** After "an answer …". */
  title: string;
  reply: Reply;
  /** True when a value is as good as a typed error: the answer is odd, but can be understood. */
  mayBeValue?: boolean;
  /** True when it is a refusal by the upstream, which for one object means that there is none. */
  isRefusal?: boolean;
}

/** In the answers of an attacker; must not reach anyone. */
export const POISON_CANARY = 'CANARY-OF-POISON';

/** More than the gateway takes (`UPSTREAM_MAX_BYTES` of the poisoned gateway is 200 kB). */
const LARGE_BYTES = 4_000_000;
const DEEP = 100_000;
const JSON_TYPE = { 'content-type': 'application/json' };

function body(text: string | Buffer, headers: Record<string, string> = {}, status = 200): Reply {
  return (response) => void response.writeHead(status, { ...JSON_TYPE, ...headers }).end(text);
}

/** The right answer, changed as text. */
function changed(change: (right: string) => string | Buffer): Reply {
  return (response, right) => void response.writeHead(200, JSON_TYPE).end(change(right));
}

/** The right answer with more members at its beginning. */
function withMembers(members: string): Reply {
  return changed((right) => right.replace('{', `{${members},`));
}

/** Bytes of which nothing is HTTP that Node would write. */
function raw(write: (right: string) => string): Reply {
  return (response, right) => {
    response.socket?.end(write(right));
  };
}

function every(ms: number, response: ServerResponse, write: () => void): void {
  const timer = setInterval(write, ms);
  response.once('close', () => clearInterval(timer));
}

const sized: Poison[] = [
  { title: 'that is too large', reply: body(`{"a":"${'x'.repeat(LARGE_BYTES)}"}`) },
  {
    title: 'that is too large and says no length',
    reply(response) {
      response.writeHead(200, JSON_TYPE).write('{"a":"');
      response.write('x'.repeat(LARGE_BYTES));
      response.end('"}');
    },
  },
  {
    title: 'that says it is too large',
    reply: (response) =>
      void response.writeHead(200, { ...JSON_TYPE, 'content-length': String(2 ** 40) }).write('{"a":1'),
  },
  {
    title: 'that never ends',
    reply(response) {
      response.writeHead(200, JSON_TYPE).write('{"a":"');
      every(1, response, () => response.write('x'.repeat(10_000)));
    },
  },
  {
    title: 'that drips',
    reply(response) {
      response.writeHead(200, JSON_TYPE);
      every(20, response, () => response.write(' '));
    },
  },
  {
    title: 'that stops after its headers',
    reply: (response) => void response.writeHead(200, JSON_TYPE).flushHeaders(),
  },
  { title: 'that never comes', reply: () => undefined },
  { title: 'that is a cut connection', reply: (response) => void response.socket?.destroy() },
  {
    title: 'that is cut in the middle',
    reply(response, right) {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': String(right.length) });
      response.write(right.slice(0, right.length / 2), () => response.socket?.destroy());
    },
  },
  {
    title: 'that inflates from 20 kB to 20 MB',
    reply: body(gzipSync(Buffer.alloc(20_000_000, 32)), { 'content-encoding': 'gzip' }),
  },
  {
    title: 'in an encoding that was not asked for',
    reply: (response, right) => body(gzipSync(right), { 'content-encoding': 'gzip' })(response, right),
  },
  {
    title: 'that says it is Brotli',
    reply: (response, right) => body(right, { 'content-encoding': 'br' })(response, right),
  },
  {
    title: `nested ${DEEP} lists deep`,
    reply: body(`{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`.slice(0, 190_000)),
  },
  { title: 'nested 20,000 objects deep', reply: body(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`) },
];

const odd: Poison[] = [
  {
    title: 'that is an HTML page',
    reply: body(`<html>${POISON_CANARY}</html>`, { 'content-type': 'text/html' }),
  },
  {
    title: 'that is an image',
    reply: body(Buffer.from([0x89, 0x50, 0x4e, 0x47]), { 'content-type': 'image/png' }),
  },
  { title: 'that is empty', reply: body('') },
  { title: 'that is null', reply: body('null') },
  { title: 'that is a number', reply: body('5') },
  { title: 'that is a text', reply: body(`"${POISON_CANARY}"`) },
  { title: 'that is true', reply: body('true') },
  { title: 'that is a list of nulls', reply: body('[null,null]') },
  { title: 'that is half a JSON text', reply: changed((right) => right.slice(0, -3)) },
  { title: 'with more behind its JSON text', reply: changed((right) => `${right}{"a":1}`) },
  {
    title: 'with bytes that are not UTF-8',
    reply: changed((right) =>
      Buffer.concat([Buffer.from(right.slice(0, -1)), Buffer.from(',"x":"\xff\xfe"}', 'latin1')]),
    ),
    mayBeValue: true,
  },
  { title: 'with NUL between its members', reply: changed((right) => right.replace('{', '{\0')) },
  { title: 'with a byte order mark', reply: changed((right) => `\ufeff${right}`), mayBeValue: true },
  { title: 'with half a surrogate pair', reply: withMembers('"surprise":"\\ud800"'), mayBeValue: true },
  {
    title: 'with __proto__ at its top',
    reply: withMembers('"__proto__":{"polluted":true}'),
    mayBeValue: true,
  },
  {
    title: 'with constructor.prototype at its top',
    reply: withMembers('"constructor":{"prototype":{"polluted":true}}'),
    mayBeValue: true,
  },
  {
    title: 'with __proto__ in every object',
    reply: changed((right) => right.replaceAll('{"', '{"__proto__":{"polluted":true},"')),
    mayBeValue: true,
  },
  {
    title: 'with each member twice',
    reply: changed((right) => right.replace('{', `${right.slice(0, -1)},`).replace(/^\{\{/, '{')),
    mayBeValue: true,
  },
  {
    title: 'with 1e309 in place of each number',
    reply: changed((right) => right.replace(/:\d+(?=[,}])/g, ':1e309')),
    mayBeValue: true,
  },
  {
    title: 'with 2^64 in place of each number',
    reply: changed((right) => right.replace(/:\d+(?=[,}])/g, ':18446744073709551616')),
    mayBeValue: true,
  },
  {
    title: 'with null in place of each text',
    reply: changed((right) => right.replace(/:"[^"]*"/g, ':null')),
    mayBeValue: true,
  },
  {
    title: 'with a list in place of each text',
    reply: changed((right) => right.replace(/:"[^"]*"/g, ':[[]]')),
    mayBeValue: true,
  },
  {
    title: 'with an object in place of each number',
    reply: changed((right) => right.replace(/:\d+(?=[,}])/g, ':{"$gt":0}')),
    mayBeValue: true,
  },
  {
    title: 'with 4,000 unknown members',
    reply: withMembers(Array.from({ length: 4_000 }, (_, index) => `"x${index}":${index}`).join(',')),
    mayBeValue: true,
  },
];

const spoken: Poison[] = [
  {
    title: 'that leads to another host',
    reply: (response) =>
      void response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  },
  {
    title: 'that leads to itself',
    reply: (response) => void response.writeHead(307, { location: '/' }).end(),
  },
  { title: 'of status 204', reply: (response) => void response.writeHead(204).end() },
  { title: 'of status 206', reply: (response, right) => body(right.slice(0, 20), {}, 206)(response, right) },
  { title: 'of status 304', reply: (response) => void response.writeHead(304).end() },
  {
    title: 'of status 500 with a stack',
    reply: body(`{"stack":"at ${POISON_CANARY} (/srv/secret.js:1)"}`, {}, 500),
  },
  { title: 'of status 418', reply: body('{}', {}, 418) },
  {
    title: 'that changes the protocol',
    reply: raw(() => 'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
  },
  { title: 'that is no HTTP', reply: raw(() => `SSH-2.0-${POISON_CANARY}\r\n`) },
  {
    title: 'with two lengths',
    reply: raw(
      (right) =>
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${right.length}\r\ncontent-length: 5\r\n\r\n${right}`,
    ),
  },
  {
    title: 'with a length and chunks',
    reply: raw(
      (right) =>
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${right.length.toString(16)}\r\n${right}\r\n0\r\n\r\n`,
    ),
  },
  {
    title: 'with a chunk of no number',
    reply: raw(
      (right) =>
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n${right}\r\n0\r\n\r\n`,
    ),
  },
  {
    title: 'with 200 kB of headers',
    reply: raw(
      (right) => `HTTP/1.1 200 OK\r\n${'x-pad: '.concat('y'.repeat(1_000), '\r\n').repeat(200)}\r\n${right}`,
    ),
  },
  {
    title: 'with a second answer behind it',
    mayBeValue: true,
    reply(response, right) {
      const second = `{"success":true,"agents":[{"id":1,"name":"${POISON_CANARY}"}],"tasks":[]}`;
      const answer = (text: string): string =>
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
      response.socket?.write(answer(right) + answer(second));
    },
  },
  {
    title: 'that refuses with 150 kB of text',
    isRefusal: true,
    reply: body(
      JSON.stringify({
        success: false,
        errors: [`${'<a '.repeat(50_000)}`],
        message: `${'= '.repeat(20_000)}`,
      }),
      {},
      400,
    ),
  },
];

/** Every poisoned answer. */
export const poisonedAnswers: readonly Poison[] = [...sized, ...odd, ...spoken];
