import { z } from 'zod';

import type { ZodApp } from './zod-app.ts';

const health = z.object({ status: z.enum(['ok', 'unavailable']) });

/** For orchestrators: says yes or no and nothing else. Quiet in the log unless the answer is no. */
export async function healthRoutes(
  app: ZodApp,
  { isReady }: { isReady: () => Promise<boolean> },
): Promise<void> {
  app.get(
    '/healthz',
    {
      logLevel: 'warn',
      schema: { tags: ['health'], summary: 'Whether the process is alive', response: { 200: health } },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
        tags: ['health'],
        summary: 'Whether it should be sent requests',
        response: { 200: health, 503: health },
      },
    },
    async (request, reply) => {
      const ready = await isReady().catch((error: unknown) => {
        request.log.error({ err: error }, 'readiness could not be checked');
        return false;
      });
      return ready ? reply.code(200).send({ status: 'ok' }) : reply.code(503).send({ status: 'unavailable' });
    },
  );
}
