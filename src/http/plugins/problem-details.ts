import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  type ErrorCode,
  type ErrorDetails,
  type FieldProblem,
  type GatewayError,
  titleOf,
} from '../../errors.ts';
import { challengeOf } from './challenge.ts';
import { fromFramework } from './framework-errors.ts';

/** The media type of problem details (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

/** A problem document (RFC 9457) with the members that the gateway adds (docs/guide/errors.md, REST). */
export interface Problem extends ErrorDetails {
  /** A URN that identifies the kind of problem. */
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string;
}

/** @param status for cases where HTTP has a more exact status than the one of the error code */
export function toProblem(error: GatewayError, requestId: string, status = error.statusCode): Problem {
  return {
    type: `urn:quantgate:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: titleOf(error.code),
    status,
    detail: withoutInputPrefix(error.message),
    code: error.code,
    requestId,
    ...error.details,
    ...(error.details.fields && { fields: error.details.fields.map(toBodyField) }),
  };
}

/** Services name fields as arguments of GraphQL (`input.name`). In REST the input is the body itself (`name`). */
function withoutInputPrefix(text: string): string {
  return text.replace(/(^|; )input\./g, '$1');
}

function toBodyField({ path, message }: FieldProblem): FieldProblem {
  return { path: withoutInputPrefix(path), message };
}

/** Answers a request with an error as a problem document, and logs the cause, which clients do not see. */
export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = fromFramework(error);
  request.record?.noteError(known);
  // An outage of the store is logged by the store, once; a failure of an upstream by the line of the request.
  if (known.code === 'UNAVAILABLE') request.log.debug({ err: error }, 'request failed: the store is away');
  else if (known.code === 'INTERNAL') request.log.error({ err: error }, 'request failed');
  else if (known.cause !== undefined) request.log.debug({ err: known }, 'request refused');
  // Hooks set these too, but no hook runs for a path that the router cannot read.
  reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
  if (known.details.retryAfter !== undefined) reply.header('retry-after', known.details.retryAfter);
  // A 401 must name an authentication scheme (RFC 9110, 15.5.2). A route may have set another one already.
  if (known.code === 'UNAUTHENTICATED' && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', challengeOf(known));
  return reply
    .code(known.statusCode)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(toProblem(known, request.id)));
}

/** Answers every error, of a route or of Fastify, with a problem document. */
export const problemResponses = fp(
  async (app) => {
    app.setErrorHandler(replyWithProblem);
  },
  { name: 'problem-responses' },
);
