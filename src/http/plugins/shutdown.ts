import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { GatewayError } from '../../errors.ts';
import type { Clock, Timer } from '../../lib/clock.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** True while the request may have changed something whose outcome it has not told yet. */
    mayHaveActed: boolean;
  }
}

/** What a shutdown tells the HTTP side. */
export interface ShutdownSignals {
  /** Aborts when the process is about to stop. Requests are still taken; each answer then closes its connection. */
  draining: AbortSignal;
  /** Aborts when requests under way have to be answered at once, without their outcome. */
  cut: AbortSignal;
}

/** A connection that becomes idle while the server closes is closed after this time at the latest. */
const SWEEP_IDLE_MS = 100;

/** `Retry-After` of requests that are cut: another replica, or the next process, can take them. */
const RETRY_AFTER_SECONDS = 1;

/** Lets the process stop without a request that is left without an answer. */
export const shutdown = fp(
  async (app, { draining, cut, clock }: ShutdownSignals & { clock: Clock }) => {
    const pending = new Set<FastifyReply>();
    const announceClose = (reply: FastifyReply): void => {
      if (draining.aborted) reply.header('connection', 'close');
    };

    app.decorateRequest('mayHaveActed', false);
    app.addHook('onRequest', (_request, reply, done) => {
      pending.add(reply);
      reply.raw.once('close', () => pending.delete(reply));
      // Event streams copy their headers when they start, and never come to `onSend`.
      announceClose(reply);
      done();
    });
    app.addHook('preHandler', (request, _reply, done) => {
      request.mayHaveActed = request.method === 'POST' && request.routeOptions.config.requiresToken === true;
      done();
    });
    app.addHook('onSend', (_request, reply, payload, done) => {
      announceClose(reply);
      done(null, payload);
    });

    cut.addEventListener('abort', () => {
      for (const reply of pending) {
        if (!reply.sent && !reply.raw.headersSent) reply.send(cutError(reply.request.mayHaveActed));
      }
    });

    // Node closes idle connections once, when the server closes. Those that become idle later would keep it open.
    let sweep: Timer | undefined;
    const closeIdle = (): void => {
      app.server.closeIdleConnections();
      sweep = clock.after(SWEEP_IDLE_MS, closeIdle);
    };
    app.addHook('preClose', async () => closeIdle());
    app.addHook('onClose', async () => sweep?.cancel());
  },
  { name: 'shutdown' },
);

/** The answer to a request that is cut. @param mayHaveActed true when something may have been created or prompted */
export function cutError(mayHaveActed: boolean): GatewayError {
  const details = { retryAfter: RETRY_AFTER_SECONDS };
  return mayHaveActed
    ? new GatewayError('OUTCOME_UNKNOWN', 'The gateway stopped before the outcome was known', details)
    : new GatewayError('UNAVAILABLE', 'The gateway is stopping', details);
}
