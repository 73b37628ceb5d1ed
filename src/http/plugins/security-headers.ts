import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/**
 * Answers are data: browsers must not run or frame them, and caches must not store them. A route with a public answer sets
 * its own `cache-control`.
 */
export const securityHeaders = fp(
  async (app) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
      },
    });
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
  },
  { name: 'security-headers' },
);
