/** A request of which no part may be carried out. */
export interface RawRequest {
  /** After "a request …". */
  title: string;
  /** What is sent, byte for byte. */
  bytes: string;
  /** Statuses with which it may be refused. */
  statuses: readonly number[];
}

const MUTATION = JSON.stringify({ query: 'mutation { createAgent(input: { name: "smuggled" }) { id } }' });

/** @param token of a user who may do what the body asks for */
export function rawRequests(host: string, token: string): RawRequest[] {
  const head = (lines: readonly string[], method = 'POST', path = '/graphql'): string =>
    [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  const common = [
    `host: ${host}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    'connection: close',
  ];
  const length = `content-length: ${MUTATION.length}`;
  const chunk = `${MUTATION.length.toString(16)}\r\n${MUTATION}\r\n0\r\n\r\n`;
  const bad = [400];
  return [
    {
      title: 'with a length and chunks',
      bytes: head([...common, length, 'transfer-encoding: chunked']) + chunk,
      statuses: bad,
    },
    {
      title: 'with two lengths',
      bytes: head([...common, length, 'content-length: 3']) + MUTATION,
      statuses: bad,
    },
    {
      title: 'with a list of lengths',
      bytes: head([...common, `content-length: ${MUTATION.length}, 3`]) + MUTATION,
      statuses: bad,
    },
    {
      title: 'with a length below zero',
      bytes: head([...common, 'content-length: -1']) + MUTATION,
      statuses: bad,
    },
    {
      title: 'with a length of a plus sign',
      bytes: head([...common, `content-length: +${MUTATION.length}`]) + MUTATION,
      statuses: bad,
    },
    {
      title: 'chunked twice over',
      bytes: head([...common, 'transfer-encoding: chunked, identity']) + chunk,
      statuses: bad,
    },
    {
      title: 'with an unknown transfer encoding',
      bytes: head([...common, 'transfer-encoding: gzip']) + MUTATION,
      statuses: [400, 501],
    },
    {
      title: 'with a chunk of no number',
      bytes: `${head([...common, 'transfer-encoding: chunked'])}zz\r\n${MUTATION}\r\n0\r\n\r\n`,
      statuses: bad,
    },
    {
      title: 'with a blank before the colon',
      bytes: head([...common, `content-length : ${MUTATION.length}`]) + MUTATION,
      statuses: bad,
    },
    {
      title: 'with a folded header',
      bytes: head([...common, 'x-a: 1\r\n x-b: 2', length]) + MUTATION,
      statuses: bad,
    },
    {
      title: 'with a line feed alone',
      bytes: head([...common, length]).replaceAll('\r\n', '\n') + MUTATION,
      statuses: bad,
    },
    {
      title: 'with a carriage return in a header',
      bytes: head([...common, 'x-a: 1\rx-b: 2', length]) + MUTATION,
      statuses: bad,
    },
    { title: 'with NUL in a header', bytes: head([...common, 'x-a: \0', length]) + MUTATION, statuses: bad },
    { title: 'without a host', bytes: head([...common.slice(1), length]) + MUTATION, statuses: bad },
    { title: 'of an unknown method', bytes: head([...common, length], 'SMUGGLE') + MUTATION, statuses: bad },
    {
      title: 'of HTTP 3',
      bytes: (head([...common, length]) + MUTATION).replace('HTTP/1.1', 'HTTP/3.0'),
      statuses: [400, 505],
    },
    { title: 'that is no HTTP', bytes: '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', statuses: bad },
    {
      title: 'with 20 kB of one header',
      bytes: head([...common, `x-a: ${'a'.repeat(20_000)}`, length]) + MUTATION,
      statuses: [431],
    },
    {
      title: 'with 3,000 headers',
      bytes: head([...common, ...Array(3_000).fill('x: 1'), length]) + MUTATION,
      statuses: [431],
    },
    {
      title: 'by GET that mutates',
      bytes: head(
        common,
        'GET',
        `/graphql?query=${encodeURIComponent('mutation{createAgent(input:{name:"smuggled"}){id}}')}`,
      ),
      statuses: [405],
    },
    {
      title: 'by HEAD that mutates',
      bytes: head(
        common,
        'HEAD',
        `/graphql?query=${encodeURIComponent('mutation{createAgent(input:{name:"smuggled"}){id}}')}`,
      ),
      statuses: [405],
    },
  ];
}

/** A body that is refused by every route that takes one. */
export interface HostileBody {
  /** After "a body …". */
  title: string;
  body: string | Uint8Array;
  headers?: Record<string, string>;
  statuses: readonly number[];
}

const JSON_BODY = '{"query":"{ __typename }","name":"x","email":"a@example.com","password":"x"}';

/** Bodies and their headers. */
export const hostileBodies: readonly HostileBody[] = [
  { title: 'that is a list', body: `[${JSON_BODY}]`, statuses: [400] },
  { title: 'that is null', body: 'null', statuses: [400] },
  { title: 'that is a number', body: '5', statuses: [400] },
  { title: 'that is a text', body: '"text"', statuses: [400] },
  { title: 'that is empty', body: '', statuses: [400] },
  { title: 'that is half a JSON text', body: JSON_BODY.slice(0, -2), statuses: [400] },
  { title: 'with more behind its JSON text', body: `${JSON_BODY}{}`, statuses: [400] },
  {
    title: 'with __proto__',
    body: '{"__proto__":{"isAdmin":true},"query":"{ __typename }"}',
    statuses: [400],
  },
  {
    title: 'with constructor.prototype',
    body: '{"constructor":{"prototype":{"isAdmin":true}},"query":"{ __typename }"}',
    statuses: [400],
  },
  {
    title: 'with half a surrogate pair',
    body: '{"query":"\\ud800","name":"\\ud800","email":"\\ud800","password":"\\ud800"}',
    statuses: [400],
  },
  {
    title: 'with bytes that are not UTF-8',
    body: Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    statuses: [400],
  },
  {
    title: 'nested 100,000 lists deep',
    body: `{"query":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    statuses: [400, 413],
  },
  { title: 'of 2 MB', body: JSON.stringify({ query: 'x'.repeat(2_000_000) }), statuses: [413] },
  {
    title: 'whose members are all objects',
    body: '{"query":{},"name":{},"email":{},"password":{}}',
    statuses: [400],
  },
  {
    title: 'whose members are all lists',
    body: '{"query":[],"name":[],"email":[],"password":[]}',
    statuses: [400],
  },
  {
    title: 'of type text/plain',
    body: JSON_BODY,
    headers: { 'content-type': 'text/plain' },
    statuses: [415],
  },
  {
    title: 'of type multipart/form-data',
    body: JSON_BODY,
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    statuses: [415],
  },
  {
    title: 'of type application/graphql',
    body: '{ __typename }',
    headers: { 'content-type': 'application/graphql' },
    statuses: [415],
  },
  {
    title: 'of a type with more behind it',
    body: JSON_BODY,
    headers: { 'content-type': 'application/json garbage' },
    statuses: [415],
  },
  {
    title: 'that says it is compressed',
    body: JSON_BODY,
    headers: { 'content-encoding': 'gzip' },
    statuses: [415],
  },
];
