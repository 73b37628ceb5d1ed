import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import fp from 'fastify-plugin';

/** Creates the id of a request in answers and logs. */
export function newRequestId(): string {
  return randomUUID();
}

/** The id that the caller gave its request in `x-request-id`; a new one when there is none, or one that logs cannot hold. */
export function requestIdOf({ headers }: { headers: IncomingHttpHeaders }): string {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w.-]{1,128}$/.test(id) ? id : newRequestId();
}

/**
 * Logs one line for each request, with the fields listed here only: the path without its query, the pattern of the
 * route, never a header or a body. The request id is also sent as `x-request-id`.
 */
export const requestLog = fp(
  async (app) => {
    app.addHook('onRequest', (request, reply, done) => {
      reply.header('x-request-id', request.id);
      done();
    });
    app.addHook('onResponse', (request, reply, done) => {
      request.log.info(
        {
          method: request.method,
          path: request.url.split('?', 1)[0],
          route: request.routeOptions.url,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
          userId: request.viewer?.userId,
        },
        'request',
      );
      done();
    });
  },
  { name: 'request-log', dependencies: ['viewers'] },
);
