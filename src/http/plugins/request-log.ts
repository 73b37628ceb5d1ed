import fp from 'fastify-plugin';

/**
 * One line per request, of fields that are named here and no others: the path without its query, the route's
 * pattern, never a header or a body. The request's id also travels back in `x-request-id`.
 */
export const requestLog = fp(
  async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id);
    });
    app.addHook('onResponse', async (request, reply) => {
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
    });
  },
  { name: 'request-log', dependencies: ['viewers'] },
);
