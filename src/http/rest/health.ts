import { z } from 'zod';

import type { ZodApp } from './zod-app.ts';

const health = z.object({ status: z.enum(['ok', 'unavailable']) });

/** Liveness and readiness for orchestrators. Only failures are logged. */
export async function healthRoutes(
  app: ZodApp,
  { isReady }: { isReady: () => Promise<boolean> },
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
        response: { 200: health, 503: health },
      },
    },
    async (request, reply) => {
      const ready = await isReady().catch((error: unknown) => {
        request.log.error({ err: error }, 'readiness check failed; answering 503');
        return false;
      });
      return ready ? reply.code(200).send({ status: 'ok' }) : reply.code(503).send({ status: 'unavailable' });
    },
  );
}
