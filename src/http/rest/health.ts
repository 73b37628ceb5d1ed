import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GatewayError } from '../../errors.ts';
import type { Readiness, ReadinessParts } from '../../lib/readiness.ts';
import { type Authenticator, identify } from '../plugins/authenticate.ts';
import { hasSessionCookie, readSessionCookies } from '../plugins/cookies.ts';
import type { ZodApp } from './zod-app.ts';

const health = z.object({ status: z.enum(['ok', 'unavailable']) });
const upstreamHealth = z
  .object({
    provider: z.enum(['QUANTCONNECT', 'QUANTCDN']),
    isBreakerOpen: z.boolean().describe('True while the calls of all users are refused'),
    openOwnerBreakers: z.number().describe('For how many users calls are refused'),
    clockOffsetSeconds: z.number().describe('How far the clock of the upstream is ahead'),
  })
  .meta({ id: 'UpstreamHealth' });
const readiness = health.extend({
  warnings: z
    .array(z.object({ name: z.string(), detail: z.string() }))
    .optional()
    .describe('Parts that do not work although requests are served; absent when all work'),
  parts: z
    .object({
      store: z.object({ kind: z.enum(['SQLite', 'PostgreSQL']), isUsable: z.boolean() }),
      redis: z.object({ isUsable: z.boolean() }).nullable().describe('Null without `REDIS_URL`'),
      upstreams: z.array(upstreamHealth),
      watches: z
        .object({ due: z.number(), latestSeconds: z.number() })
        .nullable()
        .describe(
          'Watches that are due and not polled, and how late the latest is; null while it is not known',
        ),
    })
    .optional()
    .describe('How each part is; for administrators only'),
});

/** Liveness and readiness for orchestrators. Only failures are logged. */
export async function healthRoutes(
  app: ZodApp,
  {
    checkReadiness,
    describeParts,
    services,
  }: {
    checkReadiness: () => Promise<Readiness>;
    describeParts: (() => Promise<ReadinessParts>) | undefined;
    services: Authenticator;
  },
): Promise<void> {
  app.get(
    '/healthz',
    {
      logLevel: 'warn',
      schema: {
        operationId: 'checkHealth',
        tags: ['health'],
        summary: 'Check that the process is alive',
        response: { 200: health },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
        operationId: 'checkReadiness',
        tags: ['health'],
        summary: 'Check that the process can take requests',
        response: { 200: readiness, 503: readiness },
      },
    },
    async (request, reply) => {
      const { isReady, warnings } = await checkReadiness().catch((error: unknown) => {
        // An outage of the store is logged by the store, once.
        const isOutage = error instanceof GatewayError && error.code === 'UNAVAILABLE';
        request.log[isOutage ? 'debug' : 'error']({ err: error }, 'readiness check failed; answering 503');
        return { isReady: false, warnings: [] };
      });
      const parts = (await isAdministrator(services, request, reply)) ? await describeParts?.() : undefined;
      const status = isReady ? ('ok' as const) : ('unavailable' as const);
      return reply
        .code(isReady ? 200 : 503)
        .send({ status, ...(warnings.length > 0 && { warnings }), ...(parts && { parts }) });
    },
  );
}

/** True for a good token or session cookie of an administrator. With any other one, or none, a caller sees what everyone sees. */
async function isAdministrator(
  services: Authenticator,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const { authorization, cookie } = request.headers;
  if (authorization === undefined && !hasSessionCookie(readSessionCookies(cookie))) return false;
  try {
    const { roles, actor } = await identify(services, request, reply);
    return actor === null && roles.includes('admin');
  } catch (error) {
    if (error instanceof GatewayError) return false;
    throw error;
  }
}
