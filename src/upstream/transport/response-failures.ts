import type { ErrorCode } from '../../errors.ts';
import { type FailureFacts, UpstreamFailure } from '../failure.ts';
import { redactMessages } from './redact.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { TransportAnswer } from './send.ts';

/** What QuantConnect's own clients wait after a throttle that gives no time (its page 3.1). */
const DEFAULT_RETRY_AFTER_SECONDS = 20;
/** Answers of whatever stands before the application, whoever calls. */
const UNREACHABLE = new Set([502, 503, 504]);

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * 429 and the throttle texts were not acted on. Neither was a 503 that names a time or, as far as can be told,
 * comes from the application; a bare 503 may be a proxy that lost the connection behind it, so it is an outage
 * to the policies (ambiguous, retried, counted by the breakers) though a throttle to the caller.
 */
export function throttled(answer: TransportAnswer, nowMs: number, isOfApplication: boolean): UpstreamFailure {
  const { status } = answer;
  const given = parseRetryAfter(answer.header('retry-after'), answer.header('date'), nowMs);
  const details = { retryAfter: given ?? DEFAULT_RETRY_AFTER_SECONDS };
  const isBare = status === 503 && given === undefined && !isOfApplication;
  return new UpstreamFailure(
    'UPSTREAM_THROTTLED',
    isBare
      ? { mayHaveActed: true, health: 'unreachable', again: 'soon', status }
      : { mayHaveActed: false, health: 'answered', again: given === undefined ? 'never' : 'later', status },
    { details },
  );
}

/**
 * The upstream understood and said no. Its words come along redacted.
 * @param known secrets of the call, which its words might repeat
 */
export function refused(
  status: number,
  messages: readonly string[],
  known: readonly string[] = [],
): UpstreamFailure {
  return definite('UPSTREAM_REJECTED', status, {
    details: { upstreamErrors: redactMessages(messages, known) },
  });
}

/** An answer of no use. Unless the status says that it was refused, the request may have been acted on. */
export function badAnswer(status: number, problem: string): UpstreamFailure {
  return new UpstreamFailure(
    'UPSTREAM_BAD_RESPONSE',
    { mayHaveActed: status < 400, health: 'answered', again: 'never', status },
    { message: `The upstream gave an unusable answer: ${problem}` },
  );
}

/** A no that says all there is to say: nothing was done, and asking again changes nothing. */
export function definite(
  code: ErrorCode,
  status: number,
  text?: ConstructorParameters<typeof UpstreamFailure>[2],
): UpstreamFailure {
  return new UpstreamFailure(code, { mayHaveActed: false, health: 'answered', again: 'never', status }, text);
}

/**
 * A 5xx. A plain 500 is no reason to stop other credentials: `down`, not `unreachable`.
 * @param ofThisCall what a status of the application itself says
 */
export function brokenDown(status: number, ofThisCall: FailureFacts['health'] = 'down'): UpstreamFailure {
  const health = UNREACHABLE.has(status) ? 'unreachable' : ofThisCall;
  return new UpstreamFailure('UPSTREAM_UNAVAILABLE', { mayHaveActed: true, health, again: 'soon', status });
}
