import type { IncomingMessage } from 'node:http';
import type { TraceHeaders } from '../../../../telemetry/tracing.ts';

/**
 * The caller's span: a page cannot add headers to the upgrade request, so the operation itself may carry them as
 * `extensions.traceparent`.
 */
export function traceHeadersOf(
  { extensions }: { extensions?: unknown },
  { headers }: IncomingMessage,
): TraceHeaders {
  const { traceparent, tracestate } = (extensions ?? {}) as Record<string, unknown>;
  if (typeof traceparent !== 'string') return headers;
  return { traceparent, ...(typeof tracestate === 'string' && { tracestate }) };
}
