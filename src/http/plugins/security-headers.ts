import fp from 'fastify-plugin';

/**
 * The headers of OWASP's cheat sheet for REST: an answer is data, which browsers must not run, frame or guess the type of,
 * and caches must not store. Later requests go over TLS where this one did (RFC 6797). A page or a public answer sets its
 * own.
 */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Sets the same headers on every answer. */
export const securityHeaders = fp(
  async (app) => {
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers(HEADERS);
      done();
    });
  },
  { name: 'security-headers' },
);
