import type { ErrorCode } from '../../errors.ts';
import { type FailureFacts, MAX_RETRY_AFTER_SECONDS, UpstreamFailure } from '../failure.ts';
import { redactMessages } from './redact.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { TransportResponse } from './send.ts';

/**
 * Wait after a throttle that names no time, as QuantConnect's own clients do it (docs/upstream/quantconnect.md,
 * Throttling and capacity).
 */
const DEFAULT_RETRY_AFTER_SECONDS = 20;
/** Statuses of a proxy before the application. They concern all callers. */
const UNREACHABLE = new Set([502, 503, 504]);

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * A throttle. The upstream did not act on a 429 or a throttle text, nor on a 503 that names a time or comes from
 * the application. A 503 without either may come from a proxy that lost its connection to the application: the
 * caller sees a throttle, but the policies treat it as an outage (ambiguous, retried, counted by the breakers).
 * @param fromApplication whether the body shows that the application itself answered
 */
export function throttled(
  response: TransportResponse,
  nowMs: number,
  fromApplication: boolean,
): UpstreamFailure {
  const { status } = response;
  const given = parseRetryAfter(response.header('retry-after'), response.header('date'), nowMs);
  const details = { retryAfter: Math.min(given ?? DEFAULT_RETRY_AFTER_SECONDS, MAX_RETRY_AFTER_SECONDS) };
  const refusal = { mayHaveActed: false, health: 'answered', status } as const;
  const mayBeProxy = status === 503 && given === undefined && !fromApplication;
  return new UpstreamFailure(
    'UPSTREAM_THROTTLED',
    mayBeProxy
      ? { mayHaveActed: true, health: 'unreachable', again: 'soon', status }
      : given === undefined
        ? { ...refusal, again: 'never' }
        : { ...refusal, again: 'later', askedPauseMs: given * 1_000 },
    { details },
  );
}

/**
 * UPSTREAM_REJECTED: the upstream understood the request and refused it. Its messages are added, redacted.
 * @param known secrets of the call, which the messages might repeat
 */
export function rejected(
  status: number,
  messages: readonly string[],
  known: readonly string[] = [],
): UpstreamFailure {
  return definiteFailure('UPSTREAM_REJECTED', status, {
    details: { upstreamErrors: redactMessages(messages, known) },
  });
}

/** UPSTREAM_BAD_RESPONSE: a response that cannot be used. Unless its status is 4xx, the upstream may have acted. */
export function badResponse(status: number, problem: string): UpstreamFailure {
  return new UpstreamFailure(
    'UPSTREAM_BAD_RESPONSE',
    { mayHaveActed: status < 400, health: 'answered', again: 'never', status },
    { message: `The upstream gave an unusable answer: ${problem}` },
  );
}

/** A failure that proves that nothing was done, and that a retry would not change. */
export function definiteFailure(
  code: ErrorCode,
  status: number,
  text?: ConstructorParameters<typeof UpstreamFailure>[2],
): UpstreamFailure {
  return new UpstreamFailure(code, { mayHaveActed: false, health: 'answered', again: 'never', status }, text);
}

/**
 * UPSTREAM_UNAVAILABLE: a 5xx.
 * @param health of a status that is not a proxy's. `down` by default: a plain 500 must not stop other credentials
 */
export function serverError(status: number, health: FailureFacts['health'] = 'down'): UpstreamFailure {
  return new UpstreamFailure('UPSTREAM_UNAVAILABLE', {
    mayHaveActed: true,
    health: UNREACHABLE.has(status) ? 'unreachable' : health,
    again: 'soon',
    status,
  });
}
