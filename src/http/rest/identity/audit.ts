import { z } from 'zod';
import { AUDIT_ACTS } from '../../../services/common/audit.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { pageInfo, pageQuery } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { principal } from './auth-schemas.ts';

const entry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    act: z.enum(AUDIT_ACTS),
    actor: principal.nullable().describe('Null for an unknown caller and for the gateway itself'),
    onBehalfOf: principal
      .nullable()
      .describe('The user that a service account acted for, or the owner of what the gateway acted on'),
    outcome: z.string().describe('`OK`, or the error code'),
    subjects: z.record(z.string(), z.string()).describe('Ids of the objects of the act'),
    address: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
const page = z.object({ nodes: z.array(entry), pageInfo });

/** The audit log, for administrators. */
export async function auditRoute(
  app: ZodApp,
  { services: { audit } }: { services: Pick<Services, 'audit'> },
): Promise<void> {
  app.get(
    '/v1/audit',
    {
      schema: {
        operationId: 'listAuditRecords',
        tags: ['audit'],
        summary: 'Read the audit log, newest first',
        querystring: pageQuery.extend({
          act: z.enum(AUDIT_ACTS).optional().describe('Only this act'),
          principalId: z
            .string()
            .max(128)
            .optional()
            .describe('Only what this user or service account did, and what was done for it'),
        }),
        response: { 200: page },
      },
    },
    (request) => audit.page(viewerOf(request), request.query),
  );
}
