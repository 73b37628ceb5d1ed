import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import type { ZodApp } from '../zod-app.ts';

const tags = ['budgets'];
const period = z
  .enum(['DAY', 'MONTH', 'RUN'])
  .describe('UTC days and months; `RUN`: each run of the list by itself');
const action = z.enum(['WARN', 'STOP_STARTING', 'STOP']);

const budget = z
  .object({
    id: z.string(),
    period,
    maxTokens: z.int(),
    usedTokens: z.int().describe('Input and output tokens in the present period, or of the newest run'),
    taskId: z.string().nullable(),
    taskListId: z.string().nullable(),
    onReached: action,
    warnAt: z.number(),
    resetsAt: z.iso.datetime().nullable().describe('Null for `RUN`'),
  })
  .meta({ id: 'Budget' });

const setBudget = z
  .strictObject({
    period,
    maxTokens: z.int().min(1).describe('Input and output tokens together'),
    taskId: z.string().min(1).max(128).nullable().optional().describe('Only deployments of this task'),
    taskListId: z
      .string()
      .min(1)
      .max(128)
      .nullable()
      .optional()
      .describe('Only deployments for AI tasks of this list; needed for `RUN`'),
    onReached: action.optional().describe('Without it `STOP_STARTING`'),
    warnAt: z
      .number()
      .gt(0)
      .max(1)
      .nullable()
      .optional()
      .describe('The share at which the log has BUDGET_WARNED; without it 0.8'),
  })
  .meta({ examples: [{ period: 'MONTH', maxTokens: 5_000_000, onReached: 'STOP_STARTING' }] });

/** The caller's budgets. */
export async function budgetRoutes(
  app: ZodApp,
  { services: { budgets } }: { services: Pick<Services, 'budgets'> },
): Promise<void> {
  app.get(
    '/v1/budgets',
    {
      schema: {
        operationId: 'listBudgets',
        tags,
        summary: 'List budgets, oldest first',
        response: { 200: z.object({ budgets: z.array(budget) }) },
      },
    },
    async (request) => ({ budgets: await budgets.list(viewerOf(request)) }),
  );

  app.put(
    '/v1/budgets',
    {
      schema: {
        operationId: 'setBudget',
        tags,
        summary: 'Set a budget, in place of the one for the same period, task and list',
        body: setBudget,
        response: { 200: budget },
      },
    },
    (request) => budgets.set(viewerOf(request), request.body),
  );

  app.delete(
    '/v1/budgets/:budgetId',
    {
      config: { errors: ['NOT_FOUND'] },
      schema: {
        operationId: 'deleteBudget',
        tags,
        summary: 'Delete a budget',
        params: z.object({ budgetId: z.string() }),
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await budgets.remove(viewerOf(request), request.params.budgetId);
      return reply.code(204).send();
    },
  );
}
