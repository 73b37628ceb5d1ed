import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { RouteTable } from './route-table.ts';

/** How long a browser may cache the answer to a preflight request. */
const PREFLIGHT_SECONDS = 600;

/** Headers that a page may send: the gateway's own, and those that tracing and Apollo's clients add. */
const REQUEST_HEADERS = [
  ...['authorization', 'content-type', 'idempotency-key', 'if-none-match', 'last-event-id', 'x-csrf'],
  ...['x-request-id', 'traceparent', 'tracestate', 'baggage', 'sentry-trace'],
  ...['apollographql-client-name', 'apollographql-client-version'],
];

/** Headers of an answer that a page may read, beside those that it always may. */
const ANSWER_HEADERS = [
  ...['x-request-id', 'retry-after', 'www-authenticate', 'allow', 'etag', 'content-disposition'],
  ...['idempotent-replayed', 'ratelimit', 'ratelimit-policy', 'deprecation'],
];

export interface CorsOptions {
  /** Names of further headers that these pages may send. */
  headers: readonly string[];
  /** Which methods each path has. */
  routes: RouteTable;
}

/**
 * Allows pages of the trusted origins to call, with session cookies too (Fetch, "CORS protocol"). It only sets headers; a
 * preflight request is an `OPTIONS` request, which the plugin `unrouted` answers.
 */
export const cors = fp<CorsOptions>(
  async (app, { headers, routes }) => {
    const allowedHeaders = [...new Set([...REQUEST_HEADERS, ...headers])].join(', ');
    app.addHook('onRequest', (request, reply, done) => {
      // Caches must not give the answer to one origin to another.
      reply.header('vary', 'Origin');
      const { origin } = request.headers;
      if (origin === undefined || !app.trustedOrigins.has(origin)) return done();
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': ANSWER_HEADERS.join(', '),
      });
      if (isPreflight(request)) allowRequest(reply, routes.methodsOf(request.url), allowedHeaders);
      done();
    });
  },
  { name: 'cors', dependencies: ['trusted-origins'] },
);

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function allowRequest(reply: FastifyReply, methods: readonly string[], headers: string): void {
  if (methods.length === 0) return;
  reply.headers({
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': headers,
    'access-control-max-age': PREFLIGHT_SECONDS,
  });
}
