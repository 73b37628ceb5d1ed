import { z } from 'zod';
import { notFound } from '../../../errors.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { IDEMPOTENT_ERRORS, UPSTREAM_ERRORS } from '../route-errors.ts';
import { credentialQuery, idempotencyHeaders } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { bothCredentialsQuery, link, runList, runTask, stopList } from './inputs.ts';
import { aiTask, aiTaskListRun, aiTaskRun, toAiTaskView } from './views.ts';

const taskParams = z.object({ taskId: z.string() });
const listParams = z.object({ taskListId: z.string() });
const tags = ['AI task runs'];
const conflictErrors = { errors: [...UPSTREAM_ERRORS, 'CONFLICT'] as const };

/** Runs of AI tasks, and of lists of them, as deployments of QuantConnect tasks. */
export async function aiTaskRunRoutes(app: ZodApp, { services }: { services: Services }): Promise<void> {
  const { aiTaskLinks, aiTaskRuns, aiTaskListRuns } = services;

  app.put(
    '/v1/ai-tasks/:taskId/link',
    {
      config: conflictErrors,
      schema: {
        operationId: 'linkAiTask',
        tags,
        summary: 'Link an AI task to the QuantConnect task that its runs deploy; null removes the link',
        params: taskParams,
        querystring: bothCredentialsQuery,
        body: link,
        response: { 200: aiTask },
      },
    },
    async (request) => {
      const input = { aiTaskId: request.params.taskId, ...request.body, ...request.query };
      return toAiTaskView(await aiTaskLinks.link(viewerOf(request), input));
    },
  );

  app.post(
    '/v1/ai-tasks/:taskId/runs',
    {
      config: { errors: IDEMPOTENT_ERRORS },
      schema: {
        operationId: 'runAiTask',
        tags,
        summary: 'Run an AI task: deploy the task that it is linked to',
        params: taskParams,
        querystring: bothCredentialsQuery,
        headers: idempotencyHeaders,
        body: runTask,
        response: { 201: aiTaskRun },
      },
    },
    async (request, reply) => {
      const input = {
        id: request.params.taskId,
        guard: request.body?.guard,
        idempotencyKey: request.headers['idempotency-key'],
        ...request.query,
      };
      return reply.code(201).send(await aiTaskRuns.run(viewerOf(request), input));
    },
  );

  app.get(
    '/v1/ai-task-lists/:taskListId/run',
    {
      config: { errors: ['NOT_FOUND', 'CREDENTIAL_MISSING'] },
      schema: {
        operationId: 'getAiTaskListRun',
        tags,
        summary: 'Read the newest run of a list',
        params: listParams,
        querystring: credentialQuery,
        response: { 200: aiTaskListRun },
      },
    },
    async (request) => {
      const run = await aiTaskListRuns.newest(viewerOf(request), { ...request.params, ...request.query });
      if (run === null) throw notFound('Run of the list');
      return run;
    },
  );

  app.post(
    '/v1/ai-task-lists/:taskListId/run',
    {
      config: { errors: IDEMPOTENT_ERRORS },
      schema: {
        operationId: 'runAiTaskList',
        tags,
        summary: 'Run all tasks of a list in the order of their dependencies',
        params: listParams,
        querystring: bothCredentialsQuery,
        headers: idempotencyHeaders,
        body: runList,
        response: { 201: aiTaskListRun },
      },
    },
    async (request, reply) => {
      const input = {
        ...request.params,
        maxParallel: request.body?.maxParallel,
        guard: request.body?.guard,
        idempotencyKey: request.headers['idempotency-key'],
        ...request.query,
      };
      return reply.code(201).send(await aiTaskListRuns.run(viewerOf(request), input));
    },
  );

  app.post(
    '/v1/ai-task-lists/:taskListId/run/stop',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'stopAiTaskList',
        tags,
        summary: 'Start no more tasks of a list; running tasks finish, or are stopped with `stopDeployments`',
        params: listParams,
        querystring: credentialQuery,
        body: stopList,
        response: { 200: aiTaskListRun },
      },
    },
    (request) => {
      const { stopDeployments } = request.body ?? {};
      return aiTaskListRuns.stop(viewerOf(request), { ...request.params, stopDeployments, ...request.query });
    },
  );
}
