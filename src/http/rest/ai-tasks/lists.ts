import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { credentialQuery } from '../inputs.ts';
import { UPSTREAM_ERRORS } from '../route-errors.ts';
import type { ZodApp } from '../zod-app.ts';
import { aiTaskGraph, toGraphView } from './views.ts';

const params = z.object({ taskListId: z.string() });
const tags = ['AI tasks'];

/** Lists of AI tasks as a whole. */
export async function aiTaskListRoutes(app: ZodApp, { services }: { services: Services }): Promise<void> {
  app.get(
    '/v1/ai-task-lists/:taskListId/graph',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        tags,
        summary: 'Read the dependency graph of a list, and what follows from it',
        params,
        querystring: credentialQuery,
        response: { 200: aiTaskGraph },
      },
    },
    async (request) => {
      const input = { taskListId: request.params.taskListId, ...request.query };
      return toGraphView(await services.aiTasks.graph(viewerOf(request), input));
    },
  );
}
