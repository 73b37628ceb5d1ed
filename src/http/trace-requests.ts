import fp from 'fastify-plugin';
import type { OpenSpan, Tracer } from '../telemetry/tracing.ts';

declare module 'fastify' {
  interface FastifyInstance {
    tracer: Tracer;
  }
  interface FastifyRequest {
    /** The span of the request; null while tracing is off. */
    span: OpenSpan | null;
  }
}

/** Asked every few seconds by balancers and supervisors. */
const UNTRACED = new Set(['/healthz', '/readyz']);

/**
 * Makes each request a span under the caller's `traceparent`, by the semantic conventions for HTTP servers: with the pattern
 * of the route, never its ids. The span of an event stream ends with the stream. While tracing is off there are no hooks.
 */
export const traceRequests = fp(
  async (app, { tracer }: { tracer: Tracer }) => {
    app.decorate('tracer', tracer);
    app.decorateRequest('span', null);
    if (!tracer.isOn) return;

    app.addHook('onRequest', (request, _reply, done) => {
      const route = request.is404 ? undefined : request.routeOptions.url;
      if (route !== undefined && UNTRACED.has(route)) return done();
      const span = tracer.start(route === undefined ? request.method : `${request.method} ${route}`, {
        kind: 'server',
        isRoot: true,
        parent: request.headers,
        attributes: {
          'http.request.method': request.method,
          'http.route': route,
          'url.scheme': request.protocol,
          'network.protocol.version': request.raw.httpVersion,
          'quantgate.request.id': request.id,
        },
      });
      request.span = span;
      span.within(done);
    });
    // The body is read by events of the socket, which do not belong to the span.
    app.addHook('preValidation', (request, _reply, done) => {
      if (request.span === null) done();
      else request.span.within(done);
    });
    app.addHook('onResponse', (request, reply, done) => {
      const { span } = request;
      span?.set({ 'http.response.status_code': reply.statusCode });
      if (reply.statusCode >= 500) span?.fail(String(reply.statusCode));
      span?.end();
      done();
    });
  },
  { name: 'trace-requests' },
);
