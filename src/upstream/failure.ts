import { type ErrorCode, type ErrorDetails, GatewayError } from '../errors.ts';

/** What the policies need to know of a failed attempt. Facts, never words of the upstream. */
export interface FailureFacts {
  /**
   * Whether the upstream may have acted on the request: true once its first byte may have left, false when
   * it never left or the answer says that it was refused.
   */
  mayHaveActed: boolean;
  /**
   * What the failure says of the upstream's health. `answered`: it works, and said no. `down`: it failed at
   * this call. `unreachable`: the host fails whoever calls (refused, reset, 502, 503, 504).
   */
  health: 'answered' | 'down' | 'unreachable';
  /**
   * Whether sending it once more may help: `soon` after a short pause, `later` after `retryAfter` seconds,
   * `resigned` at once with a corrected clock (sure not to have acted, so any call may), or `never`.
   */
  again: 'never' | 'soon' | 'later' | 'resigned';
  /** The HTTP status, when there was an answer. */
  status?: number;
  /** An earlier attempt of the same call may have acted: set on what a repeated delete or stop ends with. */
  afterLoss?: boolean;
}

/** A failed attempt: the public error, and beside it what the policies go by. */
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
 * True when the request may have reached the upstream and been acted on although it failed: after such an
 * error of a create or prompt, look before sending again (upstream page, section 9). A refused connection,
 * an open breaker, a rate limit and a refusal by the application are definite, so false.
 */
export function isAmbiguous(error: unknown): boolean {
  return error instanceof UpstreamFailure && error.facts.mayHaveActed;
}
