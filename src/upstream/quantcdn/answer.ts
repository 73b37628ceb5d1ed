import { isJsonObject } from '../../lib/json.ts';
import type { UpstreamFailure } from '../failure.ts';
import { elementsOf } from '../fields/values.ts';
import type { ResponseBody } from '../transport/read-body.ts';
import { redactMessages } from '../transport/redact.ts';
import {
  badResponse,
  definiteFailure,
  rejected,
  serverError,
  throttled,
} from '../transport/response-failures.ts';
import type { TransportResponse } from '../transport/send.ts';
import { taskNotFound } from './encode.ts';
import { otherIdOf, unwrapped } from './fields.ts';

/** The object of a successful answer. */
export type Answer = Record<string, unknown>;

/** The request that an answer is judged by. */
export interface Asked {
  /** `Operation` in request.ts. */
  operation: { method: string; isAboutTask?: boolean; body?: Record<string, unknown> };
  nowMs: number;
  /** The secrets of the call, which a message may repeat. */
  secrets: () => readonly string[];
}

/**
 * Reads the object of a successful answer.
 * @throws UpstreamFailure for every other answer
 */
export function readAnswer(response: TransportResponse, asked: Asked): Answer {
  const { status, body } = response;
  // A 503 of the application and one of a proxy look the same (docs/upstream/quantcdn.md, Errors), so only a
  // `Retry-After` makes it a throttle.
  if (status === 429 || status === 503) throw throttled(response, asked.nowMs, false);
  if (status >= 500) throw serverError(status);
  if (status >= 400) throw refusal(response, asked);
  if (status >= 300) throw badResponse(status, 'a redirect, which is not followed');
  if (!body.isJson) throw badResponse(status, body.problem);
  if (!isJsonObject(body.value)) throw badResponse(status, 'not an object');
  // The error shape of the neighboring operations (docs/upstream/quantcdn.md, Errors). A task's own `error` is text
  // or null.
  if (body.value.error === true) throw badResponse(status, 'an error under a status of success');
  return body.value;
}

/** A 4xx: the upstream did nothing. The status decides, because almost no error body is documented. */
function refusal(response: TransportResponse, asked: Asked): UpstreamFailure {
  const { status, body } = response;
  const { operation, secrets } = asked;
  if (refusesCredential(response, asked)) return definiteFailure('CREDENTIAL_REJECTED', status);
  // Without an id in the path, a 404 is about the organisation or the address. It does not prove that the
  // credential is bad, because a service that has moved gives it to every caller.
  if (status === 404 && operation.isAboutTask)
    return definiteFailure('NOT_FOUND', status, { message: taskNotFound().message });
  if (status === 409 && operation.method === 'DELETE') return hasDependents(response, secrets());
  return rejected(status, messagesOf(body), secrets());
}

/**
 * A 401 refuses the token. A 403 does too: the token is for another organisation, or has not the scope
 * (docs/upstream/quantcdn.md, Transport), and no rule about a single task is documented. The exception is an HTML
 * page that answers a request with a body: the vendor's firewall (docs/upstream/quantcdn.md, Errors) objects so to
 * a text, and the credential must not be called rejected for that.
 */
function refusesCredential({ status, body }: TransportResponse, { operation }: Asked): boolean {
  if (status === 401) return true;
  const isPage = !body.isJson && /^\s*</.test(body.text ?? '');
  const isOfFirewall = isPage && operation.body !== undefined;
  return status === 403 && !isOfFirewall;
}

/**
 * The only documented conflict: other tasks depend on the task (docs/upstream/quantcdn.md, Delete a task). The
 * upstream's text becomes the message, so it is not repeated in `upstreamErrors`.
 */
function hasDependents({ status, body }: TransportResponse, secrets: readonly string[]): UpstreamFailure {
  const value = body.isJson && isJsonObject(body.value) ? body.value : {};
  const [message = 'Other tasks depend on this one'] = redactMessages(messagesOf(body), secrets);
  const ids = elementsOf(unwrapped(value.dependentTaskIds)) ?? [];
  const dependentTaskIds = ids.flatMap((id) => otherIdOf(id) ?? []);
  return definiteFailure('CONFLICT', status, { message, details: { dependentTaskIds } });
}

/**
 * The messages of an error (docs/upstream/quantcdn.md, Errors): `message`, else `error` when it is text, else the
 * body when it is text.
 */
function messagesOf(body: ResponseBody): string[] {
  const value = body.isJson ? body.value : body.text;
  if (!isJsonObject(value)) return typeof value === 'string' ? [value] : [];
  const candidates = [value.message, value.error].map((texts) =>
    [texts].flat().filter((text) => typeof text === 'string' && text.trim() !== ''),
  );
  return (candidates.find((texts) => texts.length > 0) ?? []) as string[];
}
