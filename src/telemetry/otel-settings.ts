import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  type BatchSpanProcessorOptions,
  ParentBasedSampler,
  type Sampler,
  type SpanLimits,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/**
 * The part of OpenTelemetry's environment that its SDK does not read by itself: which traces are kept, how many spans
 * wait, and how large one may be (OpenTelemetry specification, "Environment Variable Specification").
 */

/** The sampler of `OTEL_TRACES_SAMPLER`. @throws Error with the name of an unknown one */
export function samplerOf(
  name = getStringFromEnv('OTEL_TRACES_SAMPLER'),
  ratio = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG'),
): Sampler {
  const isParentBased = name === undefined || name.startsWith('parentbased_');
  const root = rootSamplerOf((name ?? 'always_on').replace('parentbased_', ''), ratio ?? 1);
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

function rootSamplerOf(name: string, ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    default:
      throw new Error(
        `OTEL_TRACES_SAMPLER ${name} is unknown: always_on, always_off, traceidratio, or one with parentbased_ before it`,
      );
  }
}

/** `OTEL_BSP_*`. The queue is bounded: what does not fit into it is left out. */
export function readBatchOptions(): Omit<BatchSpanProcessorOptions, 'exporter'> {
  return {
    ...numberOf('scheduledDelayMillis', 'OTEL_BSP_SCHEDULE_DELAY'),
    ...numberOf('exportTimeoutMillis', 'OTEL_BSP_EXPORT_TIMEOUT'),
    ...numberOf('maxQueueSize', 'OTEL_BSP_MAX_QUEUE_SIZE'),
    ...numberOf('maxExportBatchSize', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
  };
}

/** The longest text of an attribute: texts of callers, such as the name of an operation, have no other limit. */
const MAX_TEXT = 256;

/** `OTEL_SPAN_*_LIMIT` and `OTEL_ATTRIBUTE_*_LIMIT`. */
export function readSpanLimits(): SpanLimits {
  return {
    attributeValueLengthLimit:
      getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
      getNumberFromEnv('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
      MAX_TEXT,
    ...numberOf('attributeCountLimit', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
    ...numberOf('attributeCountLimit', 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT'),
    ...numberOf('eventCountLimit', 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
    ...numberOf('linkCountLimit', 'OTEL_SPAN_LINK_COUNT_LIMIT'),
  };
}

/** @returns nothing for a variable that is not set, so that the default of the SDK stays */
function numberOf<Name extends string>(name: Name, variable: string): Partial<Record<Name, number>> {
  const value = getNumberFromEnv(variable);
  return value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
}
