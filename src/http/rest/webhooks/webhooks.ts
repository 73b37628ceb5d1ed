import { z } from 'zod';
import { DELIVERY_OUTCOMES, WEBHOOK_TYPES } from '../../../domain/webhook.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { boundedList, pageInfo, pageQuery } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';

const type = z.enum(WEBHOOK_TYPES);
const types = boundedList(z.array(type).min(1, 'must name at least one type').max(WEBHOOK_TYPES.length))
  .nullable()
  .optional()
  .describe('The types of messages; without it all');
const taskId = z.string().nullable().optional().describe('Only deployments of this task');
const taskListId = z.string().nullable().optional().describe('Only this list of AI tasks');
const description = z.string().nullable().optional().describe('1 to 500 characters');
const url = z.string().describe('Where messages are posted, by https');

const creation = z
  .strictObject({ url, types, taskId, taskListId, description })
  .meta({ examples: [{ url: 'https://example.com/hooks/quantgate', types: ['deployment.status_changed'] }] });
const change = z
  .strictObject({
    ...{ url: url.optional(), types, taskId, taskListId, description },
    isDisabled: z.boolean().optional().describe('`false` goes on after the last delivered event, at once'),
  })
  .meta({ examples: [{ isDisabled: false }] });
const position = z
  .strictObject({
    after: z
      .string()
      .describe('A cursor of the log: events after it are delivered again. `0` is before all that is kept'),
  })
  .meta({ examples: [{ after: '0' }] });

const secretView = z.object({ id: z.string(), createdAt: z.iso.datetime() }).meta({ id: 'WebhookSecret' });
const secret = z.string().describe('`whsec_` and the base64 of the key; it cannot be read again');
const webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(type).nullable().describe('Null for all'),
    taskId: z.string().nullable(),
    taskListId: z.string().nullable(),
    description: z.string().nullable(),
    createdAt: z.iso.datetime(),
    isDisabled: z.boolean(),
    disabledReason: z
      .enum(['OWNER', 'GONE', 'FAILING'])
      .nullable()
      .describe('By the owner, by status 410 of the receiver, or after three days of failures'),
    position: z.string().describe('The cursor up to which events were delivered, or are not wanted'),
    failures: z.number().describe('Failed tries in a row'),
    nextTryAt: z.iso.datetime().nullable().describe('After a failure'),
    secrets: z.array(secretView).describe('The newest first; each signs'),
  })
  .meta({ id: 'Webhook' });
const delivery = z
  .object({
    id: z.string(),
    messageId: z.string().describe('The `webhook-id` of the message, the same for each try'),
    eventId: z.string().nullable().describe('The cursor of the event; null of a test'),
    type: z.string(),
    attemptedAt: z.iso.datetime(),
    status: z.number().nullable().describe('The HTTP status of the answer; null without one'),
    durationMs: z.number(),
    outcome: z.enum(DELIVERY_OUTCOMES),
  })
  .meta({ id: 'WebhookDelivery' });

const params = z.object({ webhookId: z.string() });
const tags = ['webhooks'];
const config = { errors: ['NOT_FOUND'] } as const;

/** Webhooks: events of the caller's log, posted to a URL (docs/guide/webhooks.md). */
export async function webhookRoutes(
  app: ZodApp,
  { services: { webhooks } }: { services: Pick<Services, 'webhooks'> },
): Promise<void> {
  app.post(
    '/v1/webhooks',
    {
      schema: {
        operationId: 'createWebhook',
        tags,
        summary: 'Create a webhook; only this answer has its secret',
        body: creation,
        response: { 201: webhook.extend({ secret }) },
      },
    },
    async (request, reply) => reply.code(201).send(await webhooks.create(viewerOf(request), request.body)),
  );

  app.get(
    '/v1/webhooks',
    {
      schema: {
        operationId: 'listWebhooks',
        tags,
        summary: 'List webhooks, oldest first',
        querystring: pageQuery,
        response: { 200: z.object({ webhooks: z.array(webhook), pageInfo }) },
      },
    },
    async (request) => {
      const page = await webhooks.page(viewerOf(request), request.query);
      return { webhooks: page.nodes, pageInfo: page.pageInfo };
    },
  );

  app.get(
    '/v1/webhooks/:webhookId',
    {
      config,
      schema: {
        operationId: 'getWebhook',
        tags,
        summary: 'Read a webhook',
        params,
        response: { 200: webhook },
      },
    },
    (request) => webhooks.get(viewerOf(request), request.params.webhookId),
  );

  app.patch(
    '/v1/webhooks/:webhookId',
    {
      config,
      schema: {
        operationId: 'updateWebhook',
        tags,
        summary: 'Change, disable or enable a webhook',
        params,
        body: change,
        response: { 200: webhook },
      },
    },
    (request) => webhooks.update(viewerOf(request), request.params.webhookId, request.body),
  );

  app.delete(
    '/v1/webhooks/:webhookId',
    {
      config,
      schema: {
        operationId: 'deleteWebhook',
        tags,
        summary: 'Delete a webhook with its secrets and the record of its deliveries',
        params,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await webhooks.remove(viewerOf(request), request.params.webhookId);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/webhooks/:webhookId/secrets',
    {
      config,
      schema: {
        operationId: 'addWebhookSecret',
        tags,
        summary: 'Add a secret; the newest two sign, an older one is deleted',
        params,
        response: { 201: secretView.extend({ secret }) },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await webhooks.addSecret(viewerOf(request), request.params.webhookId)),
  );

  app.post(
    '/v1/webhooks/:webhookId/test',
    {
      config,
      schema: {
        operationId: 'testWebhook',
        tags,
        summary: 'Send one message of type `test`, and say what came of it',
        params,
        response: { 200: delivery },
      },
    },
    (request) => webhooks.test(viewerOf(request), request.params.webhookId),
  );

  app.get(
    '/v1/webhooks/:webhookId/deliveries',
    {
      config,
      schema: {
        operationId: 'listWebhookDeliveries',
        tags,
        summary: 'List each try to deliver, newest first',
        params,
        querystring: pageQuery,
        response: { 200: z.object({ deliveries: z.array(delivery), pageInfo }) },
      },
    },
    async (request) => {
      const page = await webhooks.deliveries(viewerOf(request), request.params.webhookId, request.query);
      return { deliveries: page.nodes, pageInfo: page.pageInfo };
    },
  );

  app.post(
    '/v1/webhooks/:webhookId/replay',
    {
      config,
      schema: {
        operationId: 'replayWebhook',
        tags,
        summary: 'Deliver the events after a cursor again, with the same ids',
        params,
        body: position,
        response: { 202: webhook },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await webhooks.replay(viewerOf(request), request.params.webhookId, request.body)),
  );
}
