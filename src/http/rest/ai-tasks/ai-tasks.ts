import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { IDEMPOTENT_ERRORS, UPSTREAM_ERRORS } from '../route-errors.ts';
import { credentialQuery, idempotencyHeaders, pageInfo, pageQuery } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { aiTasksQuery, claim, createAiTask, deleteQuery, updateAiTask } from './inputs.ts';
import {
  aiTask,
  aiTaskGraph,
  aiTaskList,
  aiTaskListSummary,
  toAiTaskView,
  toGraphView,
  toListedAiTaskView,
  toListView,
} from './views.ts';

const params = z.object({ taskId: z.string() });
const tags = ['AI tasks'];
const conflictErrors = { errors: [...UPSTREAM_ERRORS, 'CONFLICT'] as const };

/** AI tasks of QuantCDN, and the graph of a list of them. */
export async function aiTaskRoutes(app: ZodApp, { services }: { services: Services }): Promise<void> {
  const { aiTasks } = services;

  app.get(
    '/v1/ai-tasks',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'listAiTasks',
        tags,
        summary: 'List AI tasks that match all filters, newest first',
        querystring: aiTasksQuery,
        response: { 200: aiTaskList },
      },
    },
    async (request) => {
      const { credentialId, details, after, first, ...filter } = request.query;
      const viewer = viewerOf(request);
      const list = await aiTasks.list(viewer, { filter, credentialId, after, first });
      if (details !== 'true') return toListView(list, toListedAiTaskView);
      const tasks = await aiTasks.complete(viewer, { tasks: list.tasks, credentialId });
      return toListView({ ...list, tasks }, toAiTaskView);
    },
  );

  app.post(
    '/v1/ai-tasks',
    {
      config: { errors: IDEMPOTENT_ERRORS },
      schema: {
        operationId: 'createAiTask',
        tags,
        summary: 'Create an AI task; a dependency on an unknown task is refused',
        querystring: credentialQuery,
        headers: idempotencyHeaders,
        body: createAiTask,
        response: { 201: aiTask },
      },
    },
    async (request, reply) => {
      const input = {
        task: request.body,
        idempotencyKey: request.headers['idempotency-key'],
        ...request.query,
      };
      return reply.code(201).send(toAiTaskView(await aiTasks.create(viewerOf(request), input)));
    },
  );

  app.get(
    '/v1/ai-tasks/:taskId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'getAiTask',
        tags,
        summary: 'Read an AI task',
        params,
        querystring: credentialQuery,
        response: { 200: aiTask },
      },
    },
    async (request) =>
      toAiTaskView(await aiTasks.get(viewerOf(request), { id: request.params.taskId, ...request.query })),
  );

  app.patch(
    '/v1/ai-tasks/:taskId',
    {
      config: conflictErrors,
      schema: {
        operationId: 'updateAiTask',
        tags,
        summary: 'Change an AI task; dependencies that would form a cycle are refused',
        params,
        querystring: credentialQuery,
        body: updateAiTask,
        response: { 200: aiTask },
      },
    },
    async (request) => {
      const input = { id: request.params.taskId, fields: request.body, ...request.query };
      return toAiTaskView(await aiTasks.update(viewerOf(request), input));
    },
  );

  app.delete(
    '/v1/ai-tasks/:taskId',
    {
      config: conflictErrors,
      schema: {
        operationId: 'deleteAiTask',
        tags,
        summary: 'Delete an AI task; with `cascade=true` also all tasks that depend on it',
        params,
        querystring: deleteQuery,
        response: { 200: z.object({ deletedIds: z.array(z.string()) }) },
      },
    },
    (request) => {
      const { cascade, credentialId } = request.query;
      const input = { id: request.params.taskId, cascade: cascade === 'true', credentialId };
      return aiTasks.remove(viewerOf(request), input);
    },
  );

  app.post(
    '/v1/ai-tasks/:taskId/claim',
    {
      config: conflictErrors,
      schema: {
        operationId: 'claimAiTask',
        tags,
        summary: 'Assign an AI task to an agent and start it',
        params,
        querystring: credentialQuery,
        body: claim,
        response: { 200: aiTask },
      },
    },
    async (request) => {
      const input = { id: request.params.taskId, ...request.body, ...request.query };
      return toAiTaskView(await aiTasks.claim(viewerOf(request), input));
    },
  );

  app.get(
    '/v1/ai-task-lists',
    {
      // No upstream is called, but the credential says whose lists they are.
      config: { errors: ['NOT_FOUND', 'CREDENTIAL_MISSING'] },
      schema: {
        operationId: 'listAiTaskLists',
        tags,
        summary: 'List the lists whose tasks the caller has seen through the gateway, the last seen first',
        querystring: credentialQuery.extend(pageQuery.shape),
        response: { 200: z.object({ aiTaskLists: z.array(aiTaskListSummary), pageInfo }) },
      },
    },
    async (request) => {
      const page = await services.aiTaskLists.page(viewerOf(request), request.query);
      return { aiTaskLists: page.nodes, pageInfo: page.pageInfo };
    },
  );

  app.get(
    '/v1/ai-task-lists/:taskListId/graph',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'getAiTaskGraph',
        tags,
        summary: 'Read the dependency graph of a list: which tasks are ready, blocked, done and unreachable',
        params: z.object({ taskListId: z.string() }),
        querystring: credentialQuery,
        response: { 200: aiTaskGraph },
      },
    },
    async (request) => {
      const input = { taskListId: request.params.taskListId, ...request.query };
      return toGraphView(await aiTasks.graph(viewerOf(request), input));
    },
  );
}
