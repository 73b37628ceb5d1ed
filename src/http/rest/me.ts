import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { viewerOf } from '../plugins/authenticate.ts';

const me = z.object({ id: z.string(), email: z.string(), roles: z.array(z.enum(['user', 'admin'])) });

/** Who the caller is. */
export const meRoute: FastifyPluginAsyncZod = async (app) => {
  app.get('/v1/me', { schema: { tags: ['auth'], response: { 200: me } } }, async (request) => {
    const { userId, email, roles } = viewerOf(request);
    return { id: userId, email, roles };
  });
};
