import { randomUUID } from 'node:crypto';
import { type ErrorCode, type ErrorDetails, type GatewayError, titleOf } from '../../errors.ts';

/** Media type of RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json';

/** A problem document (RFC 9457) with the members the contract adds. */
export interface Problem extends ErrorDetails {
  /** Names the kind of problem; the same for every occurrence. */
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string;
}

/** Renders an expected failure. `status` differs from the code's own only where HTTP has a finer one. */
export const toProblem = (error: GatewayError, requestId: string, status = error.statusCode): Problem => ({
  type: `urn:quantgate:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
  title: titleOf(error.code),
  status,
  detail: error.message,
  code: error.code,
  requestId,
  ...error.details,
});

/** Names one request in answers and logs. Never taken from the client, so it cannot be forged or repeated. */
export const newRequestId = (): string => randomUUID();
