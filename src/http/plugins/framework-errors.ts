import {
  hasZodFastifySchemaValidationErrors,
  type ZodFastifySchemaValidationError,
} from 'fastify-type-provider-zod';
import {
  badUserInput,
  type ErrorCode,
  type FieldProblem,
  GatewayError,
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
    return badUserInput(...error.validation.flatMap((issue) => toFields(issue, part)));
  }
  const code = CODES[statusIn(error)];
  if (code === undefined) return toGatewayError(error);
  if (code === 'BAD_USER_INPUT') return new GatewayError(code, 'The request could not be read', {}, error);
  return new GatewayError(code, undefined, {}, error);
}

function statusIn(error: unknown): number {
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
}

/** `/a/0/b` becomes `a.0.b`; fields outside the body get a prefix such as `querystring`. Each unknown field has an entry. */
function toFields(issue: ZodFastifySchemaValidationError, part: string): FieldProblem[] {
  const prefix = part === 'body' ? [] : [part];
  const path = issue.instancePath.split('/').filter(Boolean);
  const unknown = Array.isArray(issue.params.keys) ? issue.params.keys : undefined;
  if (unknown === undefined)
    return [{ path: [...prefix, ...path].join('.'), message: issue.message ?? 'is not valid' }];
  return unknown.map((key) => ({
    path: [...prefix, ...path, String(key)].join('.'),
    message: 'is not a known field',
  }));
}
