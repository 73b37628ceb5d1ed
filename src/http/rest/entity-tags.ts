import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest, onSendHookHandler, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';

/**
 * Gives the answers of every `GET` route of this scope an `ETag` (RFC 9110, section 8.8.3), and answers 304 when the
 * client's `If-None-Match` has it (RFC 9110, section 13.1.2). The tag is computed from the body, so it saves the transfer only.
 */
export const entityTags = fp(
  async (app) => {
    app.addHook('onRoute', (route: RouteOptions) => {
      // Fastify makes the route of HEAD from that of GET. It removes the body in an `onSend` of the route, so after this one.
      if (route.method !== 'GET' && route.method !== 'HEAD') return;
      route.onSend = [tagAnswer, ...[route.onSend ?? []].flat()];
    });
  },
  { name: 'entity-tags' },
);

const tagAnswer: onSendHookHandler<unknown> = (request, reply, payload, done) => {
  if (reply.statusCode !== 200 || typeof payload !== 'string' || reply.hasHeader('etag')) {
    return done(null, payload);
  }
  const tag = `"${hash('sha256', payload, 'base64url')}"`;
  reply.header('etag', tag);
  return done(
    null,
    hasTag(request.headers['if-none-match'], tag) ? notModified(request, reply, payload) : payload,
  );
};

/** The answer keeps all headers but those of the body (RFC 9110, section 15.4.5). The route of HEAD drops the body itself. */
function notModified({ method }: FastifyRequest, reply: FastifyReply, payload: string): string | null {
  reply.code(304).removeHeader('content-type').removeHeader('content-length');
  return method === 'HEAD' ? payload : null;
}

/** True if the header is `*` or lists the tag; weak tags count as well (RFC 9110, section 8.8.3.2). */
function hasTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const listed: string[] = ifNoneMatch.match(/"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
  return listed.includes(tag);
}
