import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { GatewayError, notFound } from '../../errors.ts';
import { fromFramework } from './framework-errors.ts';
import { PROBLEM_TYPE, toProblem } from './problem-details.ts';
import { createRouteTable } from './route-table.ts';

/** Answers a request with an error as a problem document, and logs what clients must not see. */
export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = fromFramework(error);
  if (known.statusCode >= 500) request.log.error({ err: error }, 'request failed');
  else if (known.cause !== undefined) request.log.debug({ err: known }, 'request refused');
  // Set here too: a path the router cannot read is answered before any hook has run.
  reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
  if (known.details.retryAfter !== undefined) reply.header('retry-after', known.details.retryAfter);
  // RFC 9110, 15.5.2: a 401 names the scheme that would help, and some routes know a better one.
  if (known.code === 'UNAUTHENTICATED' && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', 'Bearer');
  return reply
    .code(known.statusCode)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(toProblem(known, request.id)));
}

/** Every failure, ours or the framework's, leaves as `application/problem+json` (RFC 9457). */
export const problemResponses = fp(
  async (app) => {
    const routes = createRouteTable();
    app.addHook('onRoute', ({ url, method }) => routes.add(url, method));
    app.setErrorHandler(replyWithProblem);
    app.setNotFoundHandler((request, reply) => {
      const allowed = routes.methodsOf(request.url);
      if (allowed.length === 0) return replyWithProblem(notFound('Route'), request, reply);
      reply.header('allow', allowed.join(', '));
      return replyWithProblem(new GatewayError('METHOD_NOT_ALLOWED'), request, reply);
    });
  },
  { name: 'problems' },
);
