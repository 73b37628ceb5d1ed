import { z } from 'zod';
import { AUDIT_ACTS } from '../../../services/common/audit.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import type { ZodApp } from '../zod-app.ts';
import { principal } from './auth-schemas.ts';

const auditQuery = z.strictObject({
  after: z.string().optional().describe('The `endCursor` of the page before; without it the newest'),
  first: z.coerce.number().int().min(1).max(500).default(100),
});

const entry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  act: z.enum(AUDIT_ACTS),
  actor: principal.nullable().describe('Null: nobody known, or the gateway itself'),
  onBehalfOf: principal
    .nullable()
    .describe('The user a service acted for, or whose thing the gateway acted on'),
  outcome: z.string().describe('`OK`, or the error code'),
  subjects: z.record(z.string(), z.string()).describe('Ids of what it was done to'),
  address: z.string().nullable(),
});
const page = z.object({
  nodes: z.array(entry),
  pageInfo: z.object({ endCursor: z.string().nullable(), hasNextPage: z.boolean() }),
});

/** The log of security acts; for administrators. */
export async function auditRoute(
  app: ZodApp,
  { services: { audit } }: { services: Pick<Services, 'audit'> },
): Promise<void> {
  app.get(
    '/v1/audit',
    {
      schema: {
        tags: ['audit'],
        summary: 'The log of security acts, the newest first',
        querystring: auditQuery,
        response: { 200: page },
      },
    },
    (request) => audit.page(viewerOf(request), request.query),
  );
}
