import { z } from 'zod';
import { GatewayError } from '../../errors.ts';
import type { Readiness } from '../../lib/readiness.ts';
import type { ZodApp } from './zod-app.ts';

const health = z.object({ status: z.enum(['ok', 'unavailable']) });
const readiness = health.extend({
  warnings: z
    .array(z.object({ name: z.string(), detail: z.string() }))
    .optional()
    .describe('Parts that do not work although requests are served; absent when all work'),
});

/** Liveness and readiness for orchestrators. Only failures are logged. */
export async function healthRoutes(
  app: ZodApp,
  { checkReadiness }: { checkReadiness: () => Promise<Readiness> },
): Promise<void> {
  app.get(
    '/healthz',
    {
      logLevel: 'warn',
      schema: { tags: ['health'], summary: 'Check that the process is alive', response: { 200: health } },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
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
      const status = isReady ? ('ok' as const) : ('unavailable' as const);
      return reply.code(isReady ? 200 : 503).send({ status, ...(warnings.length > 0 && { warnings }) });
    },
  );
}
