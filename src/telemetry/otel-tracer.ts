import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  createTraceState,
  type Link,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { OpenSpan, Span, SpanAttributes, SpanOptions, TraceHeaders, Tracer } from './tracing.ts';

const KINDS: Record<NonNullable<SpanOptions['kind']>, SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  internal: SpanKind.INTERNAL,
};

/** Where work is in a trace. Node carries it along the promises and callbacks that the work makes. */
interface Place {
  /** The context with the span of the work; a span that waits for its first use begins now. */
  open(): Context;
}

/**
 * A `Tracer` over a tracer of OpenTelemetry. The present span is kept by an `AsyncLocalStorage` of its own, which exists only
 * while tracing is on; nothing is registered globally.
 */
export function createOtelTracer(
  otel: OtelTracer,
  { nowMs, flush, close }: { nowMs: () => number } & Pick<Tracer, 'flush' | 'close'>,
): Tracer {
  const places = new AsyncLocalStorage<Place>();

  const begin = (name: string, options: SpanOptions, under: Place | undefined, startMs?: number) => {
    const present = options.isRoot ? undefined : under;
    const context = remoteContext(options.parent) ?? present?.open() ?? ROOT_CONTEXT;
    const span = otel.startSpan(
      name,
      {
        kind: KINDS[options.kind ?? 'internal'],
        attributes: definedOf(options.attributes),
        links: linksOf(options.links),
        ...(startMs !== undefined && { startTime: new Date(startMs) }),
      },
      context,
    );
    return { span, context: trace.setSpan(context, span) };
  };

  return {
    isOn: true,

    span(name, options, work) {
      const { span, context } = begin(name, options, places.getStore());
      const place: Place = { open: () => context };
      return whenDone(
        () => places.run(place, () => work(handleOf(span))),
        (failure) => {
          if (failure !== undefined) markFailed(span, failure.error);
          span.end();
        },
      );
    },

    spanIfUsed(name, options, work) {
      const under = places.getStore();
      const startMs = nowMs();
      let begun: ReturnType<typeof begin> | undefined;
      const place: Place = {
        open() {
          begun ??= begin(name, options(), under, startMs);
          return begun.context;
        },
      };
      return whenDone(
        () => places.run(place, work),
        (failure) => {
          if (begun === undefined) return;
          if (failure !== undefined) markFailed(begun.span, failure.error);
          begun.span.end();
        },
      );
    },

    start(name, options): OpenSpan {
      const { span, context } = begin(name, options, places.getStore());
      const place: Place = { open: () => context };
      return {
        ...handleOf(span),
        within: (work) => places.run(place, work),
        end: () => span.end(),
      };
    },

    note(name, value) {
      const place = places.getStore();
      if (place !== undefined) trace.getSpan(place.open())?.setAttribute(name, value);
    },

    traceParent() {
      const place = places.getStore();
      const span = place === undefined ? undefined : trace.getSpan(place.open())?.spanContext();
      if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
      return `00-${span.traceId}-${span.spanId}-01`;
    },

    flush,
    close,
  };
}

/** Runs work, and calls `onEnd` when its result is there or has failed. */
function whenDone<T>(work: () => T, onEnd: (failure?: { error: unknown }) => void): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    onEnd({ error });
    throw error;
  }
  if (!(result instanceof Promise)) {
    onEnd();
    return result;
  }
  return result.then(
    (value) => {
      onEnd();
      return value;
    },
    (error: unknown) => {
      onEnd({ error });
      throw error;
    },
  ) as T;
}

function handleOf(span: OtelSpan): Span {
  return {
    set: (attributes) => void span.setAttributes(definedOf(attributes)),
    fail: (errorType) => fail(span, errorType),
  };
}

/** Only the code or the class is kept: a message could quote a secret. */
function markFailed(span: OtelSpan, error: unknown): void {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const name = error instanceof Error ? error.name : 'unknown';
  fail(span, typeof code === 'string' ? code : name);
}

function fail(span: OtelSpan, errorType: string): void {
  span.setAttribute('error.type', errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function definedOf(attributes: SpanAttributes = {}): Attributes {
  const defined: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) defined[name] = value;
  return defined;
}

function linksOf(links: SpanOptions['links'] = []): Link[] {
  return links.flatMap((traceparent) => {
    const context = traceparent == null ? null : parseTraceParent(traceparent);
    return context === null ? [] : [{ context: { ...context, isRemote: true } }];
  });
}

/** The context of the caller (W3C Trace Context, section 3); undefined without a valid `traceparent`. */
function remoteContext(headers: TraceHeaders | undefined): Context | undefined {
  const { traceparent, tracestate } = headers ?? {};
  const spanContext = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
  if (spanContext === null) return undefined;
  const state = Array.isArray(tracestate) ? tracestate.join(',') : tracestate;
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...spanContext,
    isRemote: true,
    ...(state !== undefined && { traceState: createTraceState(state) }),
  });
}
