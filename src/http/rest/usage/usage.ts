import { z } from 'zod';
import type { UsageGroup } from '../../../domain/usage.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { pageInfo, pageQuery } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';

const GROUPS = {
  day: 'DAY',
  month: 'MONTH',
  task: 'TASK',
  agent: 'AGENT',
  'task-list': 'TASK_LIST',
  deployment: 'DEPLOYMENT',
  user: 'USER',
} as const satisfies Record<string, UsageGroup>;

const groupBy = z
  .enum(['day', 'month', 'task', 'agent', 'task-list', 'deployment', 'user'])
  .default('day')
  .describe('By what deployments are summed up; `user` is for administrators');

const time = z.iso.datetime({ offset: true }).or(z.iso.date()).optional();

const usage = z
  .object({
    key: z.string().describe('`YYYY-MM-DD`, `YYYY-MM`, or the id of what it is grouped by'),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    deployments: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    turns: z.int(),
    seconds: z.int().describe('From start to end, summed over the runs of each deployment that have ended'),
  })
  .meta({ id: 'Usage' });

/** What deployments have used. */
export async function usageRoute(
  app: ZodApp,
  { services: { usage: service } }: { services: Pick<Services, 'usage'> },
): Promise<void> {
  app.get(
    '/v1/usage',
    {
      schema: {
        operationId: 'getUsage',
        tags: ['usage'],
        summary: 'Sum up what deployments have used, in the order of the keys',
        description:
          'Each deployment counts once, on the UTC day on which it was created, with what its conversation said last; ' +
          'also after it was deleted.',
        querystring: pageQuery.extend({
          groupBy,
          from: time.describe('Deployments that were created from then on; a day is one in UTC'),
          to: time.describe('Deployments that were created before'),
          taskId: z.string().optional(),
          taskListId: z.string().optional(),
        }),
        response: { 200: z.object({ usage: z.array(usage), pageInfo }) },
      },
    },
    async (request) => {
      const { groupBy: group, ...range } = request.query;
      const { nodes, pageInfo: info } = await service.report(viewerOf(request), {
        groupBy: GROUPS[group],
        ...range,
      });
      return { usage: nodes, pageInfo: info };
    },
  );
}
