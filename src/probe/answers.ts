import { isJsonObject, type JsonObject } from '../lib/json.ts';
import type { TransportResponse } from '../upstream/transport/send.ts';
import { Undecided } from './assumption.ts';

/** The answer to one read. */
export type ProbeAnswer = Pick<TransportResponse, 'status' | 'header' | 'body' | 'headersAtMs'>;

/** The answers of one upstream, by the names of the reads. A read without an answer has the reason. */
export class Answers<Read extends string> {
  private readonly outcomes = new Map<Read, ProbeAnswer | string>();

  record(read: Read, outcome: ProbeAnswer | string): void {
    this.outcomes.set(read, outcome);
  }

  isAnswered(read: Read): boolean {
    return typeof this.outcomes.get(read) === 'object';
  }

  /** @throws Undecided when the read was not made or not answered */
  of(read: Read): ProbeAnswer {
    const outcome = this.outcomes.get(read);
    if (typeof outcome === 'object') return outcome;
    throw new Undecided(outcome ?? `${read} was not asked`);
  }

  /** The JSON object of an answer of status 2xx. @throws Undecided */
  objectOf(read: Read): JsonObject {
    const answer = this.of(read);
    const value = objectIn(answer);
    if (answer.status >= 200 && answer.status < 300 && value !== undefined) return value;
    throw new Undecided(`${read} answered ${describeStatus(answer)}`);
  }

  /** Every answer, with the name of its read. */
  all(): { read: Read; answer: ProbeAnswer }[] {
    return [...this.outcomes].flatMap(([read, answer]) =>
      typeof answer === 'object' ? [{ read, answer }] : [],
    );
  }
}

/** The JSON object of an answer of any status. */
export function objectIn({ body }: ProbeAnswer): JsonObject | undefined {
  return body.isJson && isJsonObject(body.value) ? body.value : undefined;
}

/** The status, and the kind of body unless it is a JSON object: `HTTP 404, HTML`. */
export function describeStatus(answer: ProbeAnswer): string {
  const kind = objectIn(answer) === undefined ? `, ${bodyKind(answer)}` : '';
  return `HTTP ${answer.status}${kind}`;
}

function bodyKind({ body }: ProbeAnswer): string {
  if (body.isJson) return 'JSON that is no object';
  if (body.problem !== 'not JSON') return `a body that is ${body.problem}`;
  return /^\s*</.test(body.text ?? '') ? 'HTML' : 'plain text';
}

/** Headers that name a limit (RFC 9110 for `Retry-After`; the others are in use elsewhere). */
const LIMIT_HEADERS = [
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-rate-limit-limit',
  'x-rate-limit-remaining',
];

/** The names of the headers of these answers that name a limit. */
export function limitHeadersOf(answers: readonly { answer: ProbeAnswer }[]): string[] {
  return LIMIT_HEADERS.filter((name) => answers.some(({ answer }) => answer.header(name) !== undefined));
}
