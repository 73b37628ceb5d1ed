import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import type { ZodApp } from '../zod-app.ts';

const drift = z
  .object({
    provider: z.enum(['QUANTCONNECT', 'QUANTCDN']),
    operation: z.string().describe("The upstream's name of the operation"),
    path: z
      .string()
      .describe(
        'Where in the answer: names of members; `*` for an element of a list or a key that is no name',
      ),
    kind: z.enum(['UNKNOWN_FIELD', 'UNKNOWN_WORD', 'UNEXPECTED_SHAPE', 'OUT_OF_RANGE', 'UNREADABLE_ELEMENT']),
    firstSeenAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    count: z.number(),
  })
  .meta({ id: 'UpstreamDrift' });

/** What the upstreams have said that the gateway does not know, for administrators. */
export async function upstreamDriftRoute(
  app: ZodApp,
  { services: { upstreamDrifts } }: { services: Pick<Services, 'upstreamDrifts'> },
): Promise<void> {
  app.get(
    '/v1/upstream-drift',
    {
      schema: {
        operationId: 'listUpstreamDrift',
        tags: ['operations'],
        summary: 'Read what the upstreams have said that the gateway does not know, the last seen first',
        response: { 200: z.object({ drift: z.array(drift) }) },
      },
    },
    async (request) => ({ drift: await upstreamDrifts.list(viewerOf(request)) }),
  );
}
