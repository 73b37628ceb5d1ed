import type { ErrorCode } from '../../errors.ts';
import { UpstreamFailure } from '../failure.ts';
import { redactMessages } from '../redact.ts';
import { parseRetryAfter } from '../retry-after.ts';
import type { TransportAnswer } from '../transport.ts';
import { type Envelope, readEnvelope } from './envelope.ts';

/** The only words of the upstream that decide anything (upstream page 2.5 and 3.1). */
const BAD_SIGNATURE = /^\s*hash doesn't match/i;
const THROTTLED = /too many .*requests|slow down|rate limit/i;
const NO_CAPACITY = /spare nodes?|no .*nodes? available/i;

/** What vendor clients wait after a throttle that gives no time (upstream page 3.1). */
const DEFAULT_RETRY_AFTER_SECONDS = 20;
/** Answers of whatever stands before the application, whoever calls. */
const UNREACHABLE = new Set([502, 503, 504]);

/** An attempt is refused for its signature: whether for the credential or for the clock, the caller judges. */
export const isBadSignature = (status: number, envelope: Envelope | undefined): boolean =>
  status === 401 || (envelope?.messages.some((message) => BAD_SIGNATURE.test(message)) ?? false);

const says = (envelope: Envelope | undefined, words: RegExp): boolean =>
  envelope !== undefined &&
  envelope.success !== true &&
  envelope.messages.some((message) => words.test(message));

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/**
 * 429 and the throttle texts were not acted on. Neither was a 503 that names a time or comes from the
 * application; a bare 503 may be a proxy that lost the connection behind it, so it is an outage to the
 * policies (ambiguous, retried, counted by the breakers) though a throttle to the caller.
 */
const throttled = (
  answer: TransportAnswer,
  envelope: Envelope | undefined,
  nowMs: number,
): UpstreamFailure => {
  const { status } = answer;
  const given = parseRetryAfter(answer.header('retry-after'), answer.header('date'), nowMs);
  const details = { retryAfter: given ?? DEFAULT_RETRY_AFTER_SECONDS };
  const isBare = status === 503 && given === undefined && envelope?.success !== false;
  return new UpstreamFailure(
    'UPSTREAM_THROTTLED',
    isBare
      ? { mayHaveActed: true, health: 'unreachable', again: 'soon', status }
      : { mayHaveActed: false, health: 'answered', again: given === undefined ? 'never' : 'later', status },
    { details },
  );
};

/** The upstream understood and said no. Its words come along redacted. */
const refused = (status: number, envelope: Envelope): UpstreamFailure =>
  new UpstreamFailure(
    'UPSTREAM_REJECTED',
    { mayHaveActed: false, health: 'answered', again: 'never', status },
    { details: { upstreamErrors: redactMessages(envelope.messages) } },
  );

/** An answer of no use. Unless the status says that it was refused, the request may have been acted on. */
export const badAnswer = (status: number, problem: string): UpstreamFailure =>
  new UpstreamFailure(
    'UPSTREAM_BAD_RESPONSE',
    { mayHaveActed: status < 400, health: 'answered', again: 'never', status },
    { message: `The upstream gave an unusable answer: ${problem}` },
  );

const plain = (code: ErrorCode, status: number): UpstreamFailure =>
  new UpstreamFailure(code, { mayHaveActed: false, health: 'answered', again: 'never', status });

/**
 * A plain 500 is an outage, not a bad credential: although the platform has been seen to answer so to bad
 * signatures (upstream page 2.5), believing it would mark every credential rejected in an outage. Only
 * `authenticate`, whose one question is the credential, may conclude more (authenticate.ts). It is no
 * reason to stop other credentials either: `down`, not `unreachable`.
 */
const brokenDown = (status: number, asksCredential: boolean | undefined): UpstreamFailure => {
  const ofThisCall = asksCredential && status === 500 ? 'answered' : 'down';
  const health = UNREACHABLE.has(status) ? 'unreachable' : ofThisCall;
  return new UpstreamFailure('UPSTREAM_UNAVAILABLE', { mayHaveActed: true, health, again: 'soon', status });
};

/** What of the request matters to the answer: the field asked for, and whether the credential is the question. */
export interface Asked {
  expected?: string;
  asksCredential?: boolean;
}

/** Either the envelope of an answer that may be decoded, or the failure it is. */
export type Judgement = { envelope: Envelope; failure?: undefined } | { failure: UpstreamFailure };

/**
 * Sorts every shape of failure into the catalogue, except bad signatures. JSON is tried at any status;
 * success needs 2xx and `success: true`, or, with `success` missing, the object that was asked for
 * (upstream page, section 13).
 */
export const judge = (answer: TransportAnswer, asked: Asked, nowMs: number): Judgement => {
  const { status, body } = answer;
  const { expected, asksCredential } = asked;
  const envelope = body.isJson ? readEnvelope(body.value) : undefined;
  if (says(envelope, NO_CAPACITY)) return { failure: plain('UPSTREAM_NO_CAPACITY', status) };
  if (status === 429 || status === 503 || says(envelope, THROTTLED))
    return { failure: throttled(answer, envelope, nowMs) };
  if (status >= 500) return { failure: brokenDown(status, asksCredential) };
  if (status >= 300 && status < 400)
    return { failure: badAnswer(status, 'a redirect, which is not followed') };
  if (!body.isJson) return { failure: badAnswer(status, body.problem) };
  if (!envelope) return { failure: badAnswer(status, 'not an object') };
  if (envelope.success === false || (!isSuccess(status) && envelope.messages.length > 0))
    return { failure: refused(status, envelope) };
  if (!isSuccess(status)) return { failure: badAnswer(status, `status ${status}`) };
  if (envelope.success === true) return { envelope };
  if (expected !== undefined && envelope.fields[expected] != null) return { envelope };
  return {
    failure: envelope.messages.length > 0 ? refused(status, envelope) : badAnswer(status, 'no success'),
  };
};
