import { gzipSync } from 'node:zlib';
import type { Fault } from './faults.ts';
import { withValues } from './rewrite.ts';
import { type Answer, htmlPage } from './upstream.ts';

/** How the bytes are sent. */
export type Manner =
  | { kind: 'whole' }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'hang' }
  | { kind: 'reset' }
  | { kind: 'truncate' }
  | { kind: 'drip'; everyMs: number };

/** An answer as it is sent. An iterable body is sent in chunks, without `Content-Length`. */
export interface Delivery {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer | Iterable<string>;
  manner: Manner;
  /** How far behind the clock the `Date` header is. */
  dateAgeMs: number;
}

/** Fields that clients wrote; the service adds nothing to them. */
const FREE: ReadonlySet<string> = new Set(['metadata', 'result']);
/** Maps by id, whose values are objects of the service. */
const MAPS: ReadonlySet<string> = new Set(['graph']);
const HOUR_MS = 3_600_000;
const CHUNK_BYTES = 65_536;

/** The delivery of an answer without a fault. */
export function plainly(answer: Answer): Delivery {
  const headers = { 'content-type': 'application/json', ...answer.headers };
  const body = answer.json ? JSON.stringify(answer.json) : (answer.text ?? '');
  return { status: answer.status, headers, body, manner: { kind: 'whole' }, dateAgeMs: 0 };
}

/** Applies the faults that every service can have; `performed` is missing if the operation did not happen. */
export function spoil(fault: Fault, performed: Answer = { status: 200, json: {} }): Delivery {
  const plain = plainly(performed);
  switch (fault.kind) {
    case 'status429':
      return plainly(withRetryAfter(htmlPage(429, 'Too Many Requests'), fault.retryAfter));
    case 'status500':
      return plainly(htmlPage(500, 'Internal Server Error'));
    case 'status503':
      return plainly(withRetryAfter(htmlPage(503, 'Service Unavailable'), fault.retryAfter));
    case 'html':
      return plainly(htmlPage(fault.httpStatus ?? 200, 'One moment, please'));
    case 'redirect':
      return plainly({ status: 302, headers: { location: fault.location ?? '/elsewhere' }, text: '' });
    case 'slow':
      return { ...plain, manner: { kind: 'slow', delayMs: fault.delayMs } };
    case 'hang':
      return { ...plain, manner: { kind: 'hang' } };
    case 'reset':
    case 'lostReply':
      return { ...plain, manner: { kind: 'reset' } };
    case 'truncate':
      return { ...plain, manner: { kind: 'truncate' } };
    case 'drip':
      return { ...plain, manner: { kind: 'drip', everyMs: fault.everyMs ?? 5 } };
    case 'huge':
      return { ...plain, body: padded(fault.bytes) };
    case 'deep':
      return { ...plain, body: nested(fault.depth ?? 100_000) };
    case 'gzip':
      return {
        ...plain,
        headers: { ...plain.headers, 'content-encoding': 'gzip' },
        body: gzipSync(fault.bytes === undefined ? String(plain.body) : [...padded(fault.bytes)].join('')),
      };
    case 'extraFields':
      return plainly({ ...performed, json: withExtraFields(performed.json ?? {}) });
    case 'values':
      return plainly({ ...performed, json: withValues(performed.json ?? {}, fault.set) });
    case 'protoPollution':
      return { ...plain, body: polluted(String(plain.body)) };
    case 'staleDate':
      return { ...plain, dateAgeMs: fault.ageMs ?? HOUR_MS };
    default:
      return plain;
  }
}

function withRetryAfter(answer: Answer, retryAfter: number | string | undefined): Answer {
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
}

function* padded(bytes: number): Generator<string> {
  const head = '{"success":true,"errors":[],"padding":"';
  const tail = '"}';
  yield head;
  const chunk = 'x'.repeat(CHUNK_BYTES);
  let left = Math.max(0, bytes - head.length - tail.length);
  for (; left > CHUNK_BYTES; left -= CHUNK_BYTES) yield chunk;
  yield 'x'.repeat(left) + tail;
}

function nested(depth: number): string {
  return `{"success":true,"errors":[],"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

/** As text, because `__proto__` in an object literal would set the prototype instead of a key. */
function polluted(json: string): string {
  const poison = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
  return json === '{}' ? `{${poison}}` : json.replace('{', `{${poison},`);
}

function withExtraFields(value: Record<string, unknown>): Record<string, unknown> {
  const visit = (key: string, node: unknown): unknown => {
    if (Array.isArray(node)) return node.map((entry) => visit('', entry));
    if (typeof node !== 'object' || node === null || FREE.has(key)) return node;
    const visited = Object.fromEntries(
      Object.entries(node).map(([name, inner]) => [name, visit(name, inner)]),
    );
    return MAPS.has(key) ? visited : { ...visited, surprise: { since: 2031, list: [null, 1.5, 'x'] } };
  };
  return visit('', value) as Record<string, unknown>;
}
