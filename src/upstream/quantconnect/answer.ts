import { isJsonObject } from '../../lib/json.ts';
import { flagOf } from '../fields/values.ts';

import {
  badResponse,
  definiteFailure,
  isSuccess,
  rejected,
  serverError,
  throttled,
} from '../transport/response-failures.ts';
import type { TransportResponse } from '../transport/send.ts';

/** The object around every answer (docs/upstream/quantconnect.md, Envelope). */
export interface Envelope {
  /** `undefined` when the answer has no usable `success`. */
  success: boolean | undefined;
  /** The upstream's messages, not redacted: never log or show them. */
  messages: string[];
  /** The whole object, which holds the field that was asked for. */
  fields: Record<string, unknown>;
}

/**
 * The only messages that decide anything (docs/upstream/quantconnect.md, Refused signatures and Throttling and
 * capacity).
 */
const BAD_SIGNATURE = /^\s*hash doesn't match/i;
const THROTTLED = /too many .{0,80}requests|slow down|rate limit/i;
const NO_CAPACITY = /spare nodes?|no .{0,80}nodes? available/i;

/** So much of an answer's messages is judged. */
const MAX_JUDGED_MESSAGES = 50;
const MAX_JUDGED_LENGTH = 4_000;

/** Reads the envelope of a JSON value; `undefined` when it is no object. Messages are read in the order of lean-cli. */
export function readEnvelope(value: unknown): Envelope | undefined {
  if (!isJsonObject(value)) return undefined;
  const messages = [value.errors, value.messages, value.Message, value.message]
    .map(textsOf)
    .find((texts) => texts.length > 0);
  return { success: flagOf(value.success) ?? undefined, messages: messages ?? [], fields: value };
}

/** The texts of a list, of one text, or of objects with a `message`. */
function textsOf(value: unknown): string[] {
  return [value].flat().flatMap((item: unknown) => {
    if (typeof item === 'string') return item.trim() === '' ? [] : [item];
    return isJsonObject(item) && typeof item.message === 'string' ? [item.message] : [];
  });
}

/** True when the upstream refuses the signature. Either the credential or the clock is wrong. */
export function isBadSignature(status: number, envelope: Envelope | undefined): boolean {
  return status === 401 || hasText(envelope?.messages ?? [], BAD_SIGNATURE);
}

/** The parts of an operation that its answer is judged by (`Operation` in request.ts). */
export interface Asked {
  expected?: string;
  checksCredential?: boolean;
  /** The secrets of the call, which a message may repeat. */
  secrets: () => readonly string[];
}

/**
 * Returns the envelope if the answer is a success: status 2xx with `success: true`, or without `success` but with
 * the field that was asked for (docs/upstream/quantconnect.md, What is unknown, and how we tolerate it). The
 * envelope is read at every status. Refused signatures are not judged here.
 * @throws UpstreamFailure for every other answer
 */
export function acceptEnvelope(
  response: TransportResponse,
  envelope: Envelope | undefined,
  { expected, checksCredential, secrets }: Asked,
  nowMs: number,
): Envelope {
  const { status, body } = response;
  if (hasMessage(envelope, NO_CAPACITY)) throw definiteFailure('UPSTREAM_NO_CAPACITY', status);
  if (status === 429 || status === 503 || hasMessage(envelope, THROTTLED))
    throw throttled(response, nowMs, envelope?.success === false);
  if (status >= 500) throw serverError(status, healthOf(status, checksCredential));
  if (status >= 300 && status < 400) throw badResponse(status, 'a redirect, which is not followed');
  if (!body.isJson) throw badResponse(status, body.problem);
  if (!envelope) throw badResponse(status, 'not an object');

  const { success, messages, fields } = envelope;
  if (success === false) throw rejected(status, messages, secrets());
  if (!isSuccess(status))
    throw messages.length > 0
      ? rejected(status, messages, secrets())
      : badResponse(status, `status ${status}`);
  // A missing list counts as empty, but not in an answer that has something else in its place.
  if (body.isCut && expected !== undefined && fields[expected] == null)
    throw badResponse(status, `no usable ${expected}, and nested too deeply`);
  const isAccepted = success === true || (expected !== undefined && fields[expected] != null);
  if (isAccepted) return envelope;
  throw messages.length > 0 ? rejected(status, messages, secrets()) : badResponse(status, 'no success');
}

/** True when a message of an answer that is no success matches. */
function hasMessage(envelope: Envelope | undefined, pattern: RegExp): boolean {
  if (envelope === undefined || envelope.success === true) return false;
  return hasText(envelope.messages, pattern);
}

function hasText(messages: readonly string[], pattern: RegExp): boolean {
  return messages
    .slice(0, MAX_JUDGED_MESSAGES)
    .some((message) => pattern.test(message.slice(0, MAX_JUDGED_LENGTH)));
}

/**
 * A plain 500 counts as an outage. The platform has been seen to answer bad signatures with it
 * (docs/upstream/quantconnect.md, Refused signatures), but to trust that would mark every credential rejected in an
 * outage. Only the check of a credential may conclude more (`checkCredential` in refusals.ts).
 */
function healthOf(status: number, checksCredential: boolean | undefined) {
  return checksCredential && status === 500 ? 'answered' : 'down';
}
