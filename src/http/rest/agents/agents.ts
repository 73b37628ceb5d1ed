import { z } from 'zod';
import type { AgentView } from '../../../services/agents/agents.ts';
import type { Services } from '../../../services/services.ts';
import { toReasoningEffort, toUpstreamEffort } from '../../enum-mapping.ts';
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
import { createAgent, updateAgent } from './inputs.ts';
import { agent, isComplete, isWhole } from './views.ts';

const params = z.object({ agentId: z.string() });
const tags = ['agents'];

function toAgentView(view: AgentView) {
  return {
    ...view,
    reasoningEffort: toReasoningEffort(view.reasoningEffort),
    rawReasoningEffort: view.reasoningEffort,
  };
}

/** Agents of QuantConnect. */
export async function agentRoutes(app: ZodApp, { services }: { services: Services }): Promise<void> {
  const { agents } = services;

  app.get(
    '/v1/agents',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'listAgents',
        tags,
        summary: 'List the agents of an organization',
        querystring: organizationQuery.extend(wholePageQuery.shape),
        response: { 200: z.object({ agents: z.array(agent), isComplete, pageInfo }) },
      },
    },
    async (request) => {
      const listing = await agents.list(viewerOf(request), request.query);
      return {
        agents: listing.items.map(toAgentView),
        isComplete: isWhole(listing),
        pageInfo: listing.pageInfo,
      };
    },
  );

  app.post(
    '/v1/agents',
    {
      config: { errors: IDEMPOTENT_ERRORS },
      schema: {
        operationId: 'createAgent',
        tags,
        summary: 'Create an agent',
        querystring: credentialQuery,
        headers: idempotencyHeaders,
        body: createAgent,
        response: { 201: agent },
      },
    },
    async (request, reply) => {
      const input = {
        agent: toUpstreamEffort(request.body),
        idempotencyKey: request.headers['idempotency-key'],
        ...request.query,
      };
      return reply.code(201).send(toAgentView(await agents.create(viewerOf(request), input)));
    },
  );

  app.get(
    '/v1/agents/:agentId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'getAgent',
        tags,
        summary: 'Read an agent',
        params,
        querystring: credentialQuery,
        response: { 200: agent },
      },
    },
    async (request) =>
      toAgentView(await agents.get(viewerOf(request), { id: request.params.agentId, ...request.query })),
  );

  app.patch(
    '/v1/agents/:agentId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'updateAgent',
        tags,
        summary:
          'Change an agent: an absent field does not change, null clears, a list replaces the old list',
        params,
        querystring: credentialQuery,
        body: updateAgent,
        response: { 200: agent },
      },
    },
    async (request) => {
      const input = { id: request.params.agentId, fields: toUpstreamEffort(request.body), ...request.query };
      return toAgentView(await agents.update(viewerOf(request), input));
    },
  );

  app.delete(
    '/v1/agents/:agentId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'deleteAgent',
        tags,
        summary: 'Delete an agent',
        params,
        querystring: credentialQuery,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await agents.remove(viewerOf(request), { id: request.params.agentId, ...request.query });
      return reply.code(204).send();
    },
  );
}
