import fastifyCors from '@fastify/cors';
import fp from 'fastify-plugin';

/** How long a browser may cache the answer to a preflight request. */
const PREFLIGHT_SECONDS = 600;

/** Allows pages of the listed origins to call, with session cookies too. With an empty list no CORS header is sent. */
export const cors = fp<{ origins: readonly string[] }>(
  async (app, { origins }) => {
    if (origins.length === 0) return;
    await app.register(fastifyCors, {
      origin: [...origins],
      credentials: true,
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id', 'x-csrf'],
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: PREFLIGHT_SECONDS,
    });
  },
  { name: 'cors' },
);
