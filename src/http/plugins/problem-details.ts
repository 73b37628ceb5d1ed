import {
  type ErrorCode,
  type ErrorDetails,
  type FieldProblem,
  type GatewayError,
  titleOf,
} from '../../errors.ts';

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
export function toProblem(error: GatewayError, requestId: string, status = error.statusCode): Problem {
  return {
    type: `urn:quantgate:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: titleOf(error.code),
    status,
    detail: asBody(error.message),
    code: error.code,
    requestId,
    ...error.details,
    ...(error.details.fields && { fields: error.details.fields.map(inBody) }),
  };
}

/** Services name fields as GraphQL's arguments have them; here the input is the body itself. */
function asBody(text: string): string {
  return text.replace(/(^|; )input\./g, '$1');
}

function inBody({ path, message }: FieldProblem): FieldProblem {
  return { path: asBody(path), message };
}
