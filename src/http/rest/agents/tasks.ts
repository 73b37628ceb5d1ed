import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { toUpstreamPreference } from '../../enum-mapping.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { IDEMPOTENT_ERRORS, UPSTREAM_ERRORS } from '../route-errors.ts';
import {
  credentialQuery,
  idempotencyHeaders,
  organizationQuery,
  pageInfo,
  wholePageQuery,
} from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { createTask, deploy, updateTask } from './inputs.ts';
import { deployment, isComplete, isWhole, task } from './views.ts';

const params = z.object({ taskId: z.string() });
const tags = ['tasks'];

/** Tasks of QuantConnect, and their deployments. */
export async function taskRoutes(app: ZodApp, { services }: { services: Services }): Promise<void> {
  const { tasks, deployments } = services;

  app.get(
    '/v1/tasks',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'listTasks',
        tags,
        summary: 'List the tasks of an organization',
        querystring: organizationQuery.extend(wholePageQuery.shape),
        response: { 200: z.object({ tasks: z.array(task), isComplete, pageInfo }) },
      },
    },
    async (request) => {
      const listing = await tasks.list(viewerOf(request), request.query);
      return { tasks: listing.items, isComplete: isWhole(listing), pageInfo: listing.pageInfo };
    },
  );

  app.post(
    '/v1/tasks',
    {
      config: { errors: IDEMPOTENT_ERRORS },
      schema: {
        operationId: 'createTask',
        tags,
        summary: 'Create a task; it does not run until it is deployed',
        querystring: credentialQuery,
        headers: idempotencyHeaders,
        body: createTask,
        response: { 201: task },
      },
    },
    async (request, reply) => {
      const input = {
        task: toUpstreamPreference(request.body),
        idempotencyKey: request.headers['idempotency-key'],
        ...request.query,
      };
      return reply.code(201).send(await tasks.create(viewerOf(request), input));
    },
  );

  app.get(
    '/v1/tasks/:taskId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'getTask',
        tags,
        summary: 'Read a task',
        params,
        querystring: credentialQuery,
        response: { 200: task },
      },
    },
    (request) => tasks.get(viewerOf(request), { id: request.params.taskId, ...request.query }),
  );

  app.patch(
    '/v1/tasks/:taskId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'updateTask',
        tags,
        summary: 'Rename a task; its other fields cannot be changed',
        params,
        querystring: credentialQuery,
        body: updateTask,
        response: { 200: task },
      },
    },
    (request) =>
      tasks.update(viewerOf(request), { id: request.params.taskId, fields: request.body, ...request.query }),
  );

  app.delete(
    '/v1/tasks/:taskId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'deleteTask',
        tags,
        summary: 'Delete a task',
        params,
        querystring: credentialQuery,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await tasks.remove(viewerOf(request), { id: request.params.taskId, ...request.query });
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/tasks/:taskId/deployments',
    {
      config: { errors: IDEMPOTENT_ERRORS },
      schema: {
        operationId: 'deployTask',
        tags,
        summary: 'Deploy a task; the gateway polls the deployment until it ends',
        params,
        querystring: credentialQuery,
        headers: idempotencyHeaders,
        body: deploy,
        response: { 201: deployment },
      },
    },
    async (request, reply) => {
      const input = {
        taskId: request.params.taskId,
        guard: request.body?.guard,
        idempotencyKey: request.headers['idempotency-key'],
        ...request.query,
      };
      return reply.code(201).send(await deployments.deploy(viewerOf(request), input));
    },
  );

  app.get(
    '/v1/tasks/:taskId/deployments',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'listTaskDeployments',
        tags,
        summary: 'List the deployments of a task',
        params,
        querystring: credentialQuery.extend(wholePageQuery.shape),
        response: { 200: z.object({ deployments: z.array(deployment), isComplete, pageInfo }) },
      },
    },
    async (request) => {
      const input = { taskId: request.params.taskId, ...request.query };
      const listing = await deployments.list(viewerOf(request), input);
      return {
        deployments: listing.items,
        isComplete: isWhole(listing),
        pageInfo: listing.pageInfo,
      };
    },
  );
}
