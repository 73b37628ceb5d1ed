import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/**
 * An API's answers are data: nothing in them may run or be framed, and no cache may keep them. A route whose
 * answer is public sets its own `cache-control`.
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
