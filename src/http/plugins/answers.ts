import type { FastifyInstance, onSendHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { badUserInput } from '../../errors.ts';
import { PROBLEM_TYPE, toProblem } from './problem-details.ts';

/** A client that takes nothing of its answer for so long is disconnected. */
export const UNREAD_MS = 60_000;

/**
 * Ends connections whose clients do not read. Node starts the time again whenever the client has taken something, and sets
 * it anew for the next request. Event streams have a rule of their own (http/live/heartbeat.ts).
 */
export const unreadAnswers = fp(
  async (app: FastifyInstance, { unreadMs }: { unreadMs: number }) => {
    app.addHook('onSend', (_request, { raw }, payload, done) => {
      raw.socket?.setTimeout?.(unreadMs);
      done(null, payload);
    });
  },
  { name: 'unread-answers' },
);

/** A hook that refuses an answer of more than `limitBytes`. What the request changed stays changed. */
export function limitAnswers(limitBytes: number): onSendHookHandler {
  return (request, reply, payload, done) => {
    if (typeof payload !== 'string' || Buffer.byteLength(payload) <= limitBytes) return done(null, payload);
    const message = `the answer is larger than ${limitBytes} bytes; ask for less, with a smaller \`first\``;
    const problem = toProblem(badUserInput({ path: '', message }), request.id);
    reply.code(problem.status).type(PROBLEM_TYPE).removeHeader('content-length');
    done(null, JSON.stringify(problem));
  };
}
