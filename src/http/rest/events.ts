import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { badUserInput, isGatewayError, toGatewayError } from '../../errors.ts';
import type { CredentialChoice } from '../../services/agents.ts';
import type { EventPage, FeedRequest } from '../../services/feeds.ts';
import type { Services } from '../../services/services.ts';
import type { Viewer } from '../../viewer.ts';
import { viewerOf } from '../plugins/authenticate.ts';
import { toProblem } from '../plugins/problem.ts';
import { type AdmitDeps, admit } from '../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../sse/frame.ts';
import { serve } from '../sse/pump.ts';
import { UPSTREAM_ERRORS } from './errors-of.ts';
import { choice, described, viewOfEvent, viewOfPage } from './event-view.ts';

const config = { errors: [...UPSTREAM_ERRORS, 'NOT_ACCEPTABLE', 'CURSOR_EXPIRED'] as const };

/** What is asked: which part of the log, from where on, how far. */
type Asked = FeedRequest &
  CredentialChoice &
  Omit<z.infer<typeof choice>, 'after'> & { resumedFrom?: string };

/** The durable log, in pages or pushed (WHATWG HTML, 9.2). */
export const eventRoutes: FastifyPluginAsyncZod<AdmitDeps & { services: Services }> = async (app, deps) => {
  const { feeds, deployments } = deps.services;
  app.addHook('onRequest', admit(deps, 'application/json', EVENT_STREAM));

  /** True when a deployment has ended and a reader at this cursor has heard all of it. */
  const hasToldAll = async (
    viewer: Viewer,
    deploymentId: FeedRequest['deploymentId'],
    after: string,
  ): Promise<boolean> => {
    if (deploymentId == null) return false;
    const { nodes } = await feeds.page(viewer, { deploymentId, after, first: 1 });
    if (nodes.length > 0) return false;
    const last = await deployments.lastSeen(viewer, deploymentId);
    // In the log, and not to be seen any more: it was deleted.
    return last === null || last.isTerminal;
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply, asked: Asked) => {
    const { first, ...where } = asked;
    const viewer = viewerOf(request);
    const { eventStream } = request;
    if (eventStream === null) return reply.send(viewOfPage(await feeds.page(viewer, { ...where, first })));

    // An empty header is a client that has not heard anything yet.
    const resumedFrom = asked.resumedFrom || undefined;
    const untilTerminal = asked.untilTerminal === 'true';
    const after = resumedFrom ?? asked.after ?? '0';
    try {
      const isBack = untilTerminal && resumedFrom !== undefined;
      if (isBack && (await hasToldAll(viewer, asked.deploymentId, after))) return reply.code(204).send();
      const items = await feeds.follow(viewer, { ...where, after, untilTerminal });
      await serve(eventStream, { items, render, fail: failed(request), log: request.log });
    } catch (error) {
      throw resumedFrom !== undefined ? namedAsResumption(error) : error;
    }
    return reply;
  };

  app.get(
    '/v1/deployments/:deploymentId/events',
    {
      config,
      schema: {
        ...described('Read or follow the events of a deployment'),
        params: z.object({ deploymentId: z.string() }),
        querystring: choice,
      },
    },
    (request, reply) =>
      answer(request, reply, {
        ...request.query,
        ...request.params,
        resumedFrom: request.headers['last-event-id'],
      }),
  );

  app.get(
    '/v1/events',
    {
      config,
      schema: {
        ...described("Read or follow all of the caller's events, or those of one task"),
        querystring: choice.extend({ taskId: z.string().optional() }),
      },
    },
    (request, reply) =>
      answer(request, reply, { ...request.query, resumedFrom: request.headers['last-event-id'] }),
  );
};

const render = (row: EventPage['nodes'][number]): ServerSentEvent => {
  const event = viewOfEvent(row);
  return { id: event.id, event: event.type, data: JSON.stringify(event) };
};

/** A failure after the start: the status has been sent, so the problem travels as the last event. */
const failed =
  ({ id, log }: FastifyRequest) =>
  (error: unknown): ServerSentEvent[] => {
    const known = toGatewayError(error);
    if (known.statusCode >= 500) log.error({ err: error }, 'an event stream failed');
    return [{ event: 'error', data: JSON.stringify(toProblem(known, id)) }];
  };

/** A cursor that is refused is refused by the name it came under. */
const namedAsResumption = (error: unknown): unknown => {
  const fields = isGatewayError(error, 'BAD_USER_INPUT') ? error.details.fields : undefined;
  if (fields?.every(({ path }) => path === 'after') !== true) return error;
  return badUserInput(...fields.map(({ message }) => ({ path: 'last-event-id', message })));
};
