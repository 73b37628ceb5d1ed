import { isJsonObject } from '../../lib/json.ts';
import type { UpstreamFailure } from '../failure.ts';
import { decodeList, id } from '../loose-fields.ts';
import type { AnswerBody } from '../transport/read-json.ts';
import { redactMessages } from '../transport/redact.ts';
import { badAnswer, brokenDown, definite, refused, throttled } from '../transport/response-failures.ts';
import type { TransportAnswer } from '../transport/send.ts';
import type { Answer } from './decode.ts';
import { unwrapped } from './fields.ts';
import { taskNotFound, type WireRequest } from './wire.ts';

/** What the verdict on an answer depends on besides the answer. */
export interface Asked {
  request: WireRequest;
  nowMs: number;
  /** Hidden in whatever the upstream says. */
  apiToken: string;
}

/** What an error says to people (page sections 6 and 9): `message`, else `error` when it is text, else the text. */
function wordsOf(body: AnswerBody): string[] {
  const value = body.isJson ? body.value : body.text;
  if (!isJsonObject(value)) return typeof value === 'string' ? [value] : [];
  const said = [value.message, value.error].map((words) =>
    [words].flat().filter((word) => typeof word === 'string' && word.trim() !== ''),
  );
  return (said.find((words) => words.length > 0) ?? []) as string[];
}

/**
 * A task that others depend on (page section 3.5), the one conflict there is. Its words stay out of
 * `upstreamErrors`: the message says the same, and the ids are what a caller can use.
 */
function hasDependents({ status, body }: TransportAnswer, apiToken: string): UpstreamFailure {
  const value = body.isJson && isJsonObject(body.value) ? body.value : {};
  const [message = 'Other tasks depend on this one'] = redactMessages(wordsOf(body), [apiToken]);
  const dependentTaskIds = decodeList(id, unwrapped(value.dependentTaskIds));
  return definite('CONFLICT', status, { message, details: { dependentTaskIds } });
}

/**
 * 401 is the token. 403 is the token too: it does not open this organisation, or lacks the scope (page sections
 * 1 and 7), and both belong to the stored credential; no rule about a single task is described. The exception is
 * a page of HTML that answers what was written: that is how the vendor's firewall (section 6) objects to a text,
 * which must not cost the credential its good name.
 */
function refusesCredential({ status, body }: TransportAnswer, { request }: Asked): boolean {
  if (status === 401) return true;
  const isPage = !body.isJson && /^\s*</.test(body.text ?? '');
  const isOfFirewall = isPage && request.body !== undefined;
  return status === 403 && !isOfFirewall;
}

/** A 4xx: the upstream is sure that it did nothing. The status decides, since no body but one is described. */
function refusal(answer: TransportAnswer, asked: Asked): UpstreamFailure {
  const { status, body } = answer;
  const { request, apiToken } = asked;
  if (refusesCredential(answer, asked)) return definite('CREDENTIAL_REJECTED', status);
  // Without an id a 404 is about the organisation or the address itself. It is no proof against the credential:
  // a service that was moved answers so to everyone.
  if (status === 404 && request.isAboutTask)
    return definite('NOT_FOUND', status, { message: taskNotFound().message });
  if (status === 409 && request.method === 'DELETE') return hasDependents(answer, apiToken);
  return refused(status, wordsOf(body), [apiToken]);
}

/**
 * The object of a successful answer.
 * @throws UpstreamFailure everything else, sorted into the catalogue
 */
export function judge(answer: TransportAnswer, asked: Asked): Answer {
  const { status, body } = answer;
  // No word of the application tells a 503 of its own from one of a proxy (section 6): only a given time does.
  if (status === 429 || status === 503) throw throttled(answer, asked.nowMs, false);
  if (status >= 500) throw brokenDown(status);
  if (status >= 400) throw refusal(answer, asked);
  if (status >= 300) throw badAnswer(status, 'a redirect, which is not followed');
  if (!body.isJson) throw badAnswer(status, body.problem);
  if (!isJsonObject(body.value)) throw badAnswer(status, 'not an object');
  // The error shape of the neighboring operations (section 6); a task's own `error` is text or null.
  if (body.value.error === true) throw badAnswer(status, 'an error under a status of success');
  return body.value;
}
