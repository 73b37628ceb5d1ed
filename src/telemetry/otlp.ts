import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { readBatchOptions, readSpanLimits, samplerOf } from './otel-settings.ts';
import { createOtelTracer } from './otel-tracer.ts';
import type { Tracer } from './tracing.ts';

export interface OtlpOptions {
  /** Where traces are sent, as JSON over HTTP (OTLP 1, "OTLP/HTTP"). */
  tracesUrl: string;
  /** Our own version. */
  version: string;
  clock: Pick<Clock, 'now' | 'sleep'>;
  logger: Logger;
}

/** How long the end of the process waits for the collector. */
const FLUSH_MS = 1_000;

/**
 * Tracing with the SDK of OpenTelemetry, which reads its own `OTEL_*` variables from the environment of the process. Only
 * `create-tracer.ts` imports this module, and only when tracing is on.
 * @throws Error when a variable of the SDK cannot be used
 */
export function createOtlpTracer({ tracesUrl, version, clock, logger }: OtlpOptions): Tracer {
  const own = resourceFromAttributes({ 'service.name': 'quantgate', 'service.version': version });
  const exporter = new OTLPTraceExporter({ url: tracesUrl });
  const provider = new TracerProvider({
    // What the environment says counts most.
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(),
    spanLimits: readSpanLimits(),
    spanProcessors: [new BatchSpanProcessor({ exporter: warnOnce(exporter, logger), ...readBatchOptions() })],
  });
  const forAMoment = (work: Promise<unknown>): Promise<void> =>
    Promise.race([work, clock.sleep(FLUSH_MS)]).then(
      () => undefined,
      // The exporter has said so.
      () => undefined,
    );
  return createOtelTracer(provider.getTracer('quantgate', version), {
    nowMs: clock.now,
    flush: () =>
      forAMoment(Promise.all([provider.forceFlush({ timeoutMillis: FLUSH_MS }), exporter.forceFlush()])),
    close: () => forAMoment(provider.shutdown()),
  });
}

/** Says once that the collector takes nothing, and once that it does again. What it did not take is lost. */
function warnOnce(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, onResult) =>
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== ExportResultCode.SUCCESS;
        if (hasFailed && !isFailing)
          logger.warn({ err: result.error, spans: spans.length }, 'traces not taken; they are dropped');
        if (!hasFailed && isFailing) logger.info({}, 'traces are taken again');
        isFailing = hasFailed;
        onResult(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
