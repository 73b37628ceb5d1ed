import {
  hasZodFastifySchemaValidationErrors,
  type ZodFastifySchemaValidationError,
} from 'fastify-type-provider-zod';
import {
  badUserInputs,
  type ErrorCode,
  type FieldProblem,
  GatewayError,
  MAX_PROBLEMS,
  toGatewayError,
} from '../../errors.ts';

/** The error code for a status that Fastify or a plugin has chosen. */
const CODES: Record<number, ErrorCode> = {
  400: 'BAD_USER_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'BAD_USER_INPUT',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
};

/** Maps any error, of Fastify, of zod or of a service, to one of `errors.ts`. An unexpected error becomes `INTERNAL`. */
export function fromFramework(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const part = error.validationContext ?? 'body';
    return toBadUserInput(error.validation, part);
  }
  const code = CODES[statusIn(error)];
  if (code === undefined) return toGatewayError(error);
  if (code === 'BAD_USER_INPUT') return new GatewayError(code, 'The request could not be read', {}, error);
  return new GatewayError(code, undefined, {}, error);
}

function statusIn(error: unknown): number {
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
}

/** Names the first of the problems only, as there may be one for each of a body's values. */
function toBadUserInput(issues: readonly ZodFastifySchemaValidationError[], part: string): GatewayError {
  const named = issues.filter((issue) => countedIn(issue) === undefined);
  const fields = named.slice(0, MAX_PROBLEMS).flatMap((issue) => toFields(issue, part));
  const countOf = (issue: ZodFastifySchemaValidationError): number =>
    countedIn(issue) ?? unknownKeysOf(issue)?.length ?? 1;
  const all = issues.reduce((count, issue) => count + countOf(issue), 0);
  return badUserInputs(fields, all - fields.length);
}

/** `/a/0/b` becomes `a.0.b`; fields outside the body get a prefix such as `querystring`. Each unknown field has an entry. */
function toFields(issue: ZodFastifySchemaValidationError, part: string): FieldProblem[] {
  const prefix = part === 'body' ? [] : [part];
  const path = issue.instancePath.split('/').filter(Boolean);
  const unknown = unknownKeysOf(issue)?.slice(0, MAX_PROBLEMS);
  if (unknown === undefined)
    return [{ path: [...prefix, ...path].join('.'), message: issue.message ?? 'is not valid' }];
  return unknown.map((key) => ({
    path: [...prefix, ...path, String(key)].join('.'),
    message: 'is not a known field',
  }));
}

function unknownKeysOf({ params }: ZodFastifySchemaValidationError): unknown[] | undefined {
  return Array.isArray(params.keys) ? params.keys : undefined;
}

/** How many problems an issue of a list stands for that are counted only (http/rest/shared-inputs.ts, `boundedList`). */
function countedIn({ params }: ZodFastifySchemaValidationError): number | undefined {
  const { more } = (params.params ?? {}) as { more?: unknown };
  return typeof more === 'number' ? more : undefined;
}
