import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import fp from 'fastify-plugin';
import type { CallReport } from '../../domain/upstream-call.ts';
import type { ErrorCode, GatewayError } from '../../errors.ts';
import type { Metrics } from '../../lib/metrics/metrics.ts';
import { networkOf } from '../../lib/net/network.ts';
import type { Viewer } from '../../viewer.ts';

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Metrics;
  }
  interface FastifyRequest {
    /** What is noted for the line of this request; null before any hook has run. */
    record: RequestRecord | null;
  }
}

/** Creates the id of a request in answers and logs. */
export function newRequestId(): string {
  return randomUUID();
}

/** The id that the caller gave its request in `x-request-id`; a new one when there is none, or one that logs cannot hold. */
export function requestIdOf({ headers }: { headers: IncomingHttpHeaders }): string {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w.-]{1,128}$/.test(id) ? id : newRequestId();
}

/**
 * Logs one line for each request, with the fields listed here only: the path without its query, the pattern of the
 * route, never a header or a body. The request id is also sent as `x-request-id`.
 */
export const requestLog = fp<{ metrics: Metrics }>(
  async (app, { metrics }) => {
    app.decorate('metrics', metrics);
    app.decorateRequest('record', null);
    app.addHook('onRequest', (request, reply, done) => {
      request.record = createRequestRecord();
      reply.header('x-request-id', request.id);
      done();
    });
    app.addHook('onResponse', (request, reply, done) => {
      metrics.httpRequestSeconds.observe(
        {
          method: request.method,
          route: request.routeOptions.url ?? 'unmatched',
          status: String(reply.statusCode),
        },
        reply.elapsedTime / 1_000,
      );
      const record = request.record ?? createRequestRecord();
      const { url: route, schema } = request.routeOptions;
      record.operation ??= operationOf(schema, request.method, route);
      request.log[record.level()](
        {
          method: request.method,
          path: request.url.split('?', 1)[0],
          route,
          status: reply.statusCode,
          ms: roundMs(reply.elapsedTime),
          ...record.fields(request.viewer, request.ip),
        },
        'request',
      );
      done();
    });
  },
  { name: 'request-log', dependencies: ['viewers'] },
);

/** The id of the operation in the OpenAPI document; without one, method and route. */
function operationOf(schema: unknown, method: string, route: string | undefined): string | undefined {
  const { operationId } = (schema ?? {}) as { operationId?: string };
  return operationId ?? (route === undefined ? undefined : `${method} ${route}`);
}

/** A call upstream as callers with the scope `debug` see it. */
export interface ShownCall extends Omit<CallReport, 'budgetLeft'> {
  budgetLeft: number | null;
}

/** What is noted of a request, or of an operation over a socket, while it is served. */
export interface RequestRecord {
  /** The name of the GraphQL operation. */
  operation: string | undefined;
  /** The code of every error that was answered, each once. */
  readonly codes: ErrorCode[];
  /** Calls upstream that were made for it. */
  upstreamCalls: number;
  /** The calls one by one, if they are shown. */
  shownCalls: ShownCall[] | undefined;
  noteError(error: GatewayError): void;
  noteCall(report: CallReport): void;
  /** The part of its line in the log that is the same for all transports. */
  fields(viewer: Viewer | null | undefined, address: string): object;
  /** A failure of the gateway is an error, one of an upstream a warning, whichever transport it came by. */
  level(): 'info' | 'warn' | 'error';
}

/** Failures of an upstream. What an upstream understood and refused is none. */
const UPSTREAM_FAILURES: ReadonlySet<ErrorCode> = new Set([
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_BAD_RESPONSE',
  'UPSTREAM_THROTTLED',
  'UPSTREAM_NO_CAPACITY',
  'UPSTREAM_TIMEOUT',
  'OUTCOME_UNKNOWN',
]);

const MAX_SHOWN_CALLS = 100;

export function createRequestRecord(): RequestRecord {
  const codes: ErrorCode[] = [];
  /** Why the first call upstream failed. */
  let cause: string | undefined;
  const record: RequestRecord = {
    operation: undefined,
    codes,
    upstreamCalls: 0,
    shownCalls: undefined,
    noteError(error) {
      if (!codes.includes(error.code)) codes.push(error.code);
      if (UPSTREAM_FAILURES.has(error.code)) cause ??= causeOf(error);
    },
    noteCall({ budgetLeft, ...report }) {
      record.upstreamCalls += 1;
      const { shownCalls } = record;
      if (shownCalls === undefined || shownCalls.length >= MAX_SHOWN_CALLS) return;
      shownCalls.push({ ...report, ms: roundMs(report.ms), budgetLeft: budgetLeft() });
    },
    fields: (viewer, address) => ({
      userId: viewer?.userId,
      actor: viewer?.actor?.id,
      operation: record.operation,
      codes: codes.length === 0 ? undefined : codes,
      cause,
      upstreamCalls: record.upstreamCalls,
      network: networkOf(address),
    }),
    level() {
      if (codes.includes('INTERNAL')) return 'error';
      return codes.some((code) => UPSTREAM_FAILURES.has(code)) ? 'warn' : 'info';
    },
  };
  return record;
}

/** Milliseconds as they are shown: with one decimal. */
export function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** The text of an upstream is not logged: our own words for it, or the code of the connection's failure. */
function causeOf({ cause, message }: GatewayError): string {
  return cause instanceof Error ? cause.message : message;
}
