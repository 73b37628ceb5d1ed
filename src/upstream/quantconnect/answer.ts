import type { UpstreamFailure } from '../failure.ts';
import {
  badAnswer,
  brokenDown,
  definite,
  isSuccess,
  refused,
  throttled,
} from '../transport/response-failures.ts';
import type { TransportAnswer } from '../transport/send.ts';
import { type Envelope, readEnvelope } from './envelope.ts';

/** The only words of the upstream that decide anything (upstream page 2.5 and 3.1). */
const BAD_SIGNATURE = /^\s*hash doesn't match/i;
const THROTTLED = /too many .*requests|slow down|rate limit/i;
const NO_CAPACITY = /spare nodes?|no .*nodes? available/i;

/** An attempt is refused for its signature: whether for the credential or for the clock, the caller judges. */
export function isBadSignature(status: number, envelope: Envelope | undefined): boolean {
  return status === 401 || (envelope?.messages.some((message) => BAD_SIGNATURE.test(message)) ?? false);
}

function says(envelope: Envelope | undefined, words: RegExp): boolean {
  return (
    envelope !== undefined &&
    envelope.success !== true &&
    envelope.messages.some((message) => words.test(message))
  );
}

/**
 * A plain 500 is an outage, not a bad credential: although the platform has been seen to answer so to bad
 * signatures (upstream page 2.5), believing it would mark every credential rejected in an outage. Only
 * `authenticate`, whose one question is the credential, may conclude more (authenticate.ts).
 */
function healthOf(status: number, asksCredential: boolean | undefined) {
  return asksCredential && status === 500 ? 'answered' : 'down';
}

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
export function judge(answer: TransportAnswer, asked: Asked, nowMs: number): Judgement {
  const { status, body } = answer;
  const { expected, asksCredential } = asked;
  const envelope = body.isJson ? readEnvelope(body.value) : undefined;
  if (says(envelope, NO_CAPACITY)) return { failure: definite('UPSTREAM_NO_CAPACITY', status) };
  if (status === 429 || status === 503 || says(envelope, THROTTLED))
    return { failure: throttled(answer, nowMs, envelope?.success === false) };
  if (status >= 500) return { failure: brokenDown(status, healthOf(status, asksCredential)) };
  if (status >= 300 && status < 400)
    return { failure: badAnswer(status, 'a redirect, which is not followed') };
  if (!body.isJson) return { failure: badAnswer(status, body.problem) };
  if (!envelope) return { failure: badAnswer(status, 'not an object') };
  if (envelope.success === false || (!isSuccess(status) && envelope.messages.length > 0))
    return { failure: refused(status, envelope.messages) };
  if (!isSuccess(status)) return { failure: badAnswer(status, `status ${status}`) };
  if (envelope.success === true) return { envelope };
  if (expected !== undefined && envelope.fields[expected] != null) return { envelope };
  return {
    failure:
      envelope.messages.length > 0 ? refused(status, envelope.messages) : badAnswer(status, 'no success'),
  };
}
