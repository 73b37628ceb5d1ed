import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { toGatewayError } from '../../../errors.ts';
import type { ChatChunk } from '../../../services/chat/chat-stream.ts';
import type { UiMessage } from '../../../services/chat/ui-messages.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { type AdmissionDeps, admitStreams, streamOf } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { serveStream } from '../../sse/serve-stream.ts';
import { lastEventIdHeader } from '../event-log-stream.ts';
import { IDEMPOTENT_ERRORS, UPSTREAM_ERRORS } from '../route-errors.ts';
import { credentialQuery } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { busyQuery, chatRequest, promptOf } from './inputs.ts';

const params = z.object({ deploymentId: z.string() });
const tags = ['chat'];

/** A message in the form of the AI SDK. */
const uiMessage = z
  .looseObject({
    id: z.string(),
    role: z.enum(['system', 'user', 'assistant']),
    metadata: z.record(z.string(), z.unknown()).optional(),
    parts: z.array(z.looseObject({ type: z.string() })),
  })
  .meta({ id: 'UiMessage' });

const chat = z.object({ messages: z.array(uiMessage) }).meta({ id: 'Chat' });

const stream = {
  description: 'A UI message stream of the AI SDK: a chunk in the data of each event, `[DONE]` in the last',
  content: { [EVENT_STREAM]: { schema: z.string() } },
} as const;

/** Names the protocol of the stream, as the AI SDK does. */
const PROTOCOL = { name: 'x-vercel-ai-ui-message-stream', version: 'v1' };

const DONE: ServerSentEvent = { data: '[DONE]' };

/** The messages of a chat. */
export async function chatRoute(
  app: ZodApp,
  { services }: { services: Pick<Services, 'chats'> },
): Promise<void> {
  app.get(
    '/v1/deployments/:deploymentId/chat',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'getChat',
        tags,
        summary: "Read the conversation of a deployment as messages of the AI SDK's `useChat`",
        description: 'Consecutive messages of the agent are one message, with the id of the first.',
        params,
        querystring: credentialQuery,
        response: { 200: chat },
      },
    },
    async (request) => {
      const input = { ...request.params, ...request.query };
      const messages = await services.chats.messages(viewerOf(request), input);
      return { messages: messages.map(toOpenMessage) };
    },
  );
}

/** A chat that is followed. Leaving a stream stops nothing. */
export async function chatStreamRoutes(
  app: ZodApp,
  deps: AdmissionDeps & { services: Pick<Services, 'chats'> },
): Promise<void> {
  const { chats } = deps.services;
  app.addHook('onRequest', admitStreams(deps, EVENT_STREAM));

  app.post(
    '/v1/deployments/:deploymentId/chat',
    {
      config: { errors: [...IDEMPOTENT_ERRORS, 'NOT_ACCEPTABLE'] },
      schema: {
        operationId: 'sendChatMessage',
        tags,
        summary: 'Send the last message of the user as a prompt, and stream what follows',
        description:
          'Takes what `DefaultChatTransport` of the AI SDK sends. The id of the message is the idempotency key: sent again, ' +
          'it is not prompted again, and the answer is streamed from its beginning. Leaving stops nothing.',
        params,
        querystring: credentialQuery.extend({ onBusy: busyQuery }),
        body: chatRequest,
        response: { 200: stream },
      },
    },
    async (request, reply) => {
      const input = { ...request.params, ...request.query, ...promptOf(request.body) };
      return replyWithChat(request, reply, await chats.send(viewerOf(request), input));
    },
  );

  app.get(
    '/v1/deployments/:deploymentId/chat/stream',
    {
      config: { errors: [...UPSTREAM_ERRORS, 'NOT_ACCEPTABLE'] },
      schema: {
        operationId: 'joinChat',
        tags,
        summary: 'Join a run under way',
        description:
          'Streams the message from its beginning, or after `Last-Event-ID` what is missing of it. 204 when the agent is ' +
          'idle and nothing follows.',
        params,
        querystring: credentialQuery,
        headers: lastEventIdHeader,
        response: { 200: stream, 204: z.void().describe('The agent is idle') },
      },
    },
    async (request, reply) => {
      const lastEventId = request.headers['last-event-id'] || undefined;
      const input = { ...request.params, ...request.query, lastEventId };
      const chunks = await chats.join(viewerOf(request), input);
      return chunks === null ? reply.code(204).send() : replyWithChat(request, reply, chunks);
    },
  );
}

/** Its parts differ by their type. */
function toOpenMessage({ parts, ...message }: UiMessage): z.infer<typeof uiMessage> {
  return { ...message, parts: parts.map((part) => ({ ...part })) };
}

async function replyWithChat(
  request: FastifyRequest,
  reply: FastifyReply,
  items: AsyncIterator<ChatChunk, unknown, unknown>,
): Promise<FastifyReply> {
  reply.header(PROTOCOL.name, PROTOCOL.version);
  await serveStream(streamOf(request), {
    items,
    toServerSentEvent,
    toErrorEvents: (error) => [toErrorEvent(error, request), DONE],
    last: DONE,
    onSent: () => request.server.metrics.deliveries.add({ transport: 'sse' }),
    logger: request.log,
  });
  return reply;
}

function toServerSentEvent({ chunk, id }: ChatChunk): ServerSentEvent {
  return { ...(id !== undefined && { id }), data: JSON.stringify(chunk) };
}

/** The status was sent already: the error is a chunk. */
function toErrorEvent(error: unknown, { log }: FastifyRequest): ServerSentEvent {
  const known = toGatewayError(error);
  if (known.statusCode >= 500)
    log.error({ err: error }, 'chat stream failed; sending the error and ending it');
  return { data: JSON.stringify({ type: 'error', errorText: `${known.code}: ${known.message}` }) };
}
