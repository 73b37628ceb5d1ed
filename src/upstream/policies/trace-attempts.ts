import { isGatewayError } from '../../errors.ts';
import type { Tracer } from '../../telemetry/tracing.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Next } from './call.ts';

/** The attribute that holds the status of an answer. */
export const HTTP_STATUS = 'http.response.status_code';

/** What is sent: the method, and the address without ids. */
export interface TracedOperation {
  method: string;
  operation: string;
}

/**
 * Makes each attempt a span, by the semantic conventions for HTTP clients. No `traceparent` is sent: an upstream is a foreign
 * host, and what it would answer to an unknown header is not known. The address is written without its ids.
 */
export function traceAttempts(
  tracer: Tracer,
  { upstream, baseUrl }: { upstream: string; baseUrl: string },
): <T>(operation: TracedOperation, send: Next<T>) => Next<T> {
  if (!tracer.isOn) return (_operation, send) => send;
  const { hostname, port, protocol } = new URL(baseUrl);
  const server = {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    'url.scheme': protocol.slice(0, -1),
  };

  return ({ method, operation }, send) =>
    (context) =>
      tracer.span(
        `${method} ${operation}`,
        {
          kind: 'client',
          attributes: {
            ...server,
            'http.request.method': method,
            'url.template': operation,
            'quantgate.upstream': upstream,
            ...(context.attempt > 1 && { 'http.request.resend_count': context.attempt - 1 }),
          },
        },
        async (span) => {
          try {
            return await send(context);
          } catch (error) {
            if (error instanceof UpstreamFailure) span.set({ [HTTP_STATUS]: error.facts.status });
            if (isGatewayError(error)) span.fail(error.code);
            throw error;
          }
        },
      );
}
