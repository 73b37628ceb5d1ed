import { errors } from 'undici';
import type { ErrorCode } from '../../errors.ts';
import { type FailureFacts, UpstreamFailure } from '../failure.ts';

/** An answer that is not HTTP as we speak it. */
function isProtocolError(error: unknown): boolean {
  return error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/**
 * A connection that failed, as a failure of the catalogue. `wasSent` tells whether the request had begun to
 * leave. Only the error's code goes to the log: the error itself may carry the request.
 */
export function connectionFailure(error: unknown, wasSent: boolean): UpstreamFailure {
  const code = codeOf(error);
  const [errorCode, again]: [ErrorCode, FailureFacts['again']] =
    code === 'UND_ERR_CONNECT_TIMEOUT'
      ? ['UPSTREAM_TIMEOUT', 'soon']
      : isProtocolError(error)
        ? ['UPSTREAM_BAD_RESPONSE', 'never']
        : ['UPSTREAM_UNAVAILABLE', 'soon'];
  const facts: FailureFacts = { mayHaveActed: wasSent, health: 'unreachable', again };
  return new UpstreamFailure(errorCode, facts, { cause: new Error(`connection failed: ${code}`) });
}

/** The attempt's time is over. It is not sent again: whoever has waited that long is not made to wait as long once more. */
export function timedOut(wasSent: boolean): UpstreamFailure {
  return new UpstreamFailure('UPSTREAM_TIMEOUT', { mayHaveActed: wasSent, health: 'down', again: 'never' });
}
