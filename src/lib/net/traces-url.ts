/** Variables of OpenTelemetry that say whether and where traces are sent. */
export interface TracesEnvironment {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string | undefined;
  OTEL_SDK_DISABLED?: string | undefined;
}

/**
 * Where traces are sent; undefined while tracing is off. The general endpoint turns it on; the one of traces, which is a whole
 * URL, goes before it (OpenTelemetry specification, "OTLP Exporter Configuration").
 */
export function tracesUrlOf(env: TracesEnvironment): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ofTraces } = env;
  const isOff = /^true$/i.test(env.OTEL_SDK_DISABLED ?? '');
  if (isOff || endpoint === undefined) return undefined;
  return ofTraces ?? `${endpoint}/v1/traces`;
}
