import fastifyCors from '@fastify/cors';
import fp from 'fastify-plugin';

/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_SECONDS = 600;

/** Lets the listed origins' pages call from a browser, also by its session; without any, no CORS header is ever sent. */
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
