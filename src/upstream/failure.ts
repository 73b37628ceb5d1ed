import { type ErrorCode, type ErrorDetails, GatewayError } from '../errors.ts';

/** The longest wait that a caller or the poller gets. Then the upstream is tried again, even if it asked for more. */
export const MAX_RETRY_AFTER_SECONDS = 60;

/** What the policies need to know about a failed attempt. */
export interface FailureFacts {
  /**
   * Whether the upstream may have acted on the request: true once its first byte may have left, false when
   * it never left or the response says that it was refused.
   */
  mayHaveActed: boolean;
  /**
   * What the failure says about the upstream's health. `answered`: it works, and refused. `down`: it failed at
   * this call. `unreachable`: the host fails for every caller (refused, reset, 502, 503, 504).
   */
  health: 'answered' | 'down' | 'unreachable';
  /**
   * Whether another attempt may help: `soon` after a short pause, `later` after `retryAfter` seconds,
   * `re-signed` at once with a corrected clock (the upstream did not act, so any call may), or `never`.
   */
  again: 'never' | 'soon' | 'later' | 're-signed';
  /** The wait that the upstream asked for, with `later`; `retryAfter` is at most a minute of it. */
  askedPauseMs?: number;
  /** The HTTP status, when there was a response. */
  status?: number;
  /** True on the last failure of a repeated delete or stop when the upstream may have acted on an earlier attempt. */
  afterLoss?: boolean;
}

/** A failed attempt: the public error, and the facts for the policies. */
export class UpstreamFailure extends GatewayError {
  readonly facts: FailureFacts;

  constructor(
    code: ErrorCode,
    facts: FailureFacts,
    text: { message?: string; details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super(code, text.message, text.details ?? {}, text.cause);
    this.facts = facts;
  }
}

/**
 * True when the upstream may have acted on the request although it failed. After such an error of a create or
 * prompt, look upstream before sending it again (docs/upstream/quantconnect.md, Sending again; and
 * docs/upstream/quantcdn.md, Sending again). False for a refused connection, an open breaker, a rate limit and
 * a refusal by the application.
 */
export function isAmbiguous(error: unknown): boolean {
  return error instanceof UpstreamFailure && error.facts.mayHaveActed;
}
