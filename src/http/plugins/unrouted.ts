import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { GatewayError, notFound } from '../../errors.ts';
import { replyWithProblem } from './problem-details.ts';
import { countOnce } from './request-rate.ts';
import type { RouteTable } from './route-table.ts';

/**
 * Fills the table of routes, and answers every request that has no route, before its body is read: 204 to `OPTIONS` of a
 * known path (RFC 9110, section 9.3.7), 405 to another method of it, both with `Allow`, and 404 to an unknown path.
 * Register it after the plugins that set headers, and before the routes.
 */
export const unrouted = fp<{ routes: RouteTable }>(
  async (app, { routes }) => {
    const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      countOnce(request);
      const allowed = routes.methodsOf(request.url);
      const isOptions = request.method === 'OPTIONS';
      // A route has the method and still found nothing: a file that does not exist.
      const isMissing = allowed.length === 0 || (!isOptions && allowed.includes(request.method));
      if (isMissing) return replyWithProblem(notFound('Route'), request, reply);
      reply.header('allow', allowed.join(', '));
      if (isOptions) return reply.code(204).send();
      return replyWithProblem(new GatewayError('METHOD_NOT_ALLOWED'), request, reply);
    };
    app.addHook('onRoute', ({ url, method, prefix, routePath }) => {
      routes.add(url, method);
      // The root of a prefix is served with and without a slash.
      if (prefix !== '' && routePath === '') routes.add(`${prefix}/`, method);
    });
    app.addHook('onRequest', (request, reply, done) => {
      if (request.is404 || hasEmptyParameter(request)) answer(request, reply);
      else done();
    });
    app.setNotFoundHandler(answer);
  },
  { name: 'unrouted' },
);

/** True for `/things/`, which the router takes for `/things/:id`: no thing has an empty id. */
function hasEmptyParameter({ params }: FastifyRequest): boolean {
  for (const name in params as object) {
    if (name !== '*' && (params as Record<string, unknown>)[name] === '') return true;
  }
  return false;
}
