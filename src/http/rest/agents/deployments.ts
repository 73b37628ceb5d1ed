import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { IDEMPOTENT_ERRORS, UPSTREAM_ERRORS } from '../route-errors.ts';
import {
  credentialQuery,
  idempotencyHeaders,
  onBusy,
  optionalFlag,
  pageInfo,
  pageQuery,
} from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { prompt, watchTokenInput } from './inputs.ts';
import { toConversationView } from './transcripts.ts';
import { conversation, deployment, status, watchToken } from './views.ts';

const params = z.object({ deploymentId: z.string() });
const tags = ['deployments'];

/** Which messages of a conversation. */
const messagesQuery = {
  after: z.coerce.number().int().min(-1).optional().describe('The `index` before the first message'),
  first: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .optional()
    .describe('Number of messages; without it all of them'),
};

/** Deployments: read, prompt, stop and delete them, and read their conversation. */
export async function deploymentRoutes(app: ZodApp, { services }: { services: Services }): Promise<void> {
  const { deployments, deploymentHistory, conversations, watchTokens } = services;

  app.get(
    '/v1/deployments',
    {
      schema: {
        operationId: 'listDeployments',
        tags,
        summary: "List the caller's deployments of all tasks, newest first, as they were last seen",
        querystring: pageQuery.extend({ status: status.optional(), taskId: z.string().optional() }),
        response: { 200: z.object({ deployments: z.array(deployment), pageInfo }) },
      },
    },
    async (request) => {
      const page = await deploymentHistory.page(viewerOf(request), request.query);
      return { deployments: page.nodes, pageInfo: page.pageInfo };
    },
  );

  app.get(
    '/v1/deployments/:deploymentId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'getDeployment',
        tags,
        summary: 'Read a deployment; while the upstream is unavailable, as it was last read',
        params,
        querystring: credentialQuery,
        response: { 200: deployment },
      },
    },
    (request) => deployments.get(viewerOf(request), { id: request.params.deploymentId, ...request.query }),
  );

  app.delete(
    '/v1/deployments/:deploymentId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'deleteDeployment',
        tags,
        summary: 'Delete a deployment upstream and what was said in it; its events are kept in the log',
        params,
        querystring: credentialQuery.extend({
          keepTranscript: optionalFlag.describe('With `true` the transcript is kept'),
        }),
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { keepTranscript, ...choice } = request.query;
      await deployments.remove(viewerOf(request), {
        ...choice,
        id: request.params.deploymentId,
        keepTranscript: keepTranscript === 'true',
      });
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/deployments/:deploymentId/prompts',
    {
      config: { errors: IDEMPOTENT_ERRORS },
      schema: {
        operationId: 'promptDeployment',
        tags,
        summary: 'Send a follow-up prompt; a finished deployment runs again',
        params,
        querystring: credentialQuery.extend({
          onBusy: onBusy.describe(
            'While the agent works: `send`, the default, hands the prompt to the upstream as it is; `reject` is ' +
              '`CONFLICT`; `enqueue` sends it when the run has ended; `interrupt` stops the run first',
          ),
        }),
        headers: idempotencyHeaders,
        body: prompt,
        response: { 200: deployment },
      },
    },
    (request) =>
      deployments.prompt(viewerOf(request), {
        id: request.params.deploymentId,
        prompt: request.body.prompt,
        idempotencyKey: request.headers['idempotency-key'],
        ...request.query,
      }),
  );

  app.post(
    '/v1/deployments/:deploymentId/stop',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'stopDeployment',
        tags,
        summary: 'Stop a deployment',
        params,
        querystring: credentialQuery,
        response: { 200: deployment },
      },
    },
    (request) => deployments.stop(viewerOf(request), { id: request.params.deploymentId, ...request.query }),
  );

  app.post(
    '/v1/deployments/:deploymentId/watch-tokens',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'createWatchToken',
        tags,
        summary: 'Create a token that reads this deployment and nothing else',
        description:
          'For a page or a program that may see one run: its state, events, conversation and transcript, over every ' +
          'transport. It ends with the session, or the secret of the service account, that made it.',
        params,
        body: watchTokenInput,
        response: { 201: watchToken },
      },
    },
    async (request, reply) => {
      const input = { ...request.params, ...request.body };
      return reply.code(201).send(await watchTokens.create(viewerOf(request), input));
    },
  );

  app.get(
    '/v1/deployments/:deploymentId/conversation',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'getConversation',
        tags,
        summary: 'Read the conversation of a deployment',
        params,
        querystring: credentialQuery.extend({
          callableId: z.string().optional().describe('Selects the thread of one callable agent'),
          ...messagesQuery,
          at: z.coerce
            .number()
            .int()
            .min(0)
            .optional()
            .describe('Index of the message after which `files` are shown'),
        }),
        response: { 200: conversation },
      },
    },
    async (request) => {
      const { deploymentId } = request.params;
      const { after, first, at, ...choice } = request.query;
      const read = await conversations.read(viewerOf(request), { deploymentId, ...choice });
      return toConversationView(conversations, read, { after, first, at });
    },
  );
}
