import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { pageInfo, pageQuery } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';

const session = z
  .object({
    id: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().describe('When its tokens were last refreshed'),
    expiresAt: z.iso.datetime().describe('When it ends, unless its tokens are refreshed before'),
    userAgent: z.string().nullable(),
    current: z.boolean().describe('True for the session of this request'),
  })
  .meta({ id: 'Session' });
const params = z.object({ sessionId: z.string() });

const tags = ['sessions'];

/** The sessions of the caller. */
export async function sessionRoutes(
  app: ZodApp,
  { services: { ownSessions } }: { services: Pick<Services, 'ownSessions'> },
): Promise<void> {
  app.get(
    '/v1/sessions',
    {
      schema: {
        operationId: 'listSessions',
        tags,
        summary: 'List the active sessions, newest first',
        querystring: pageQuery,
        response: { 200: z.object({ sessions: z.array(session), pageInfo }) },
      },
    },
    async (request) => {
      const page = await ownSessions.page(viewerOf(request), request.query);
      return { sessions: page.nodes, pageInfo: page.pageInfo };
    },
  );

  app.delete(
    '/v1/sessions',
    {
      schema: {
        operationId: 'endOtherSessions',
        tags,
        summary: 'End all sessions except the one of this request',
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await ownSessions.endOthers(viewerOf(request));
      return reply.code(204).send();
    },
  );

  app.delete(
    '/v1/sessions/:sessionId',
    {
      config: { errors: ['NOT_FOUND'] },
      schema: {
        operationId: 'endSession',
        tags,
        summary: 'End a session',
        params,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await ownSessions.end(viewerOf(request), request.params.sessionId);
      return reply.code(204).send();
    },
  );
}
