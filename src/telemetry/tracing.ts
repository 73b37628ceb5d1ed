/** What is known of a span, by the names of OpenTelemetry's semantic conventions. Never a secret, a text of a user or another user's id. */
export type SpanAttributes = Record<string, string | number | boolean | undefined>;

/** Headers as Node gives them: `traceparent` and `tracestate` are read (W3C Trace Context). */
export type TraceHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface SpanOptions {
  /** Who is at the other end: `server` answers a request, `client` sends one. @default 'internal' */
  kind?: 'server' | 'client' | 'producer' | 'internal';
  attributes?: SpanAttributes;
  /** True for work that no request waits for: it begins a trace of its own. @default false */
  isRoot?: boolean;
  /** The caller's span, from another process. It counts more than the present one. */
  parent?: TraceHeaders | undefined;
  /** What has led to this work, as values of `traceparent`; what is none is left out. */
  links?: readonly (string | null | undefined)[];
}

/** A span under way, for the code that it measures. */
export interface Span {
  set(attributes: SpanAttributes): void;
  /** Marks it as failed. @param errorType a code or a class of errors, never a message: it could quote a secret */
  fail(errorType: string): void;
}

/** A span that its owner ends: of work which is spread over several callbacks. */
export interface OpenSpan extends Span {
  /** Runs work that belongs to the span. */
  within<T>(work: () => T): T;
  end(): void;
}

/**
 * Measures work as spans of traces. While tracing is off there is `noTracer`, which only runs the work. Who would build
 * options for nothing asks `isOn` first.
 */
export interface Tracer {
  readonly isOn: boolean;
  /** Runs work as a span under the present one, until the promise that it returns is settled. A failure marks the span. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => T): T;
  /** The same for work that matters only when it leads to other spans, such as a call upstream. Without one there is no span. */
  spanIfUsed<T>(name: string, options: () => SpanOptions, work: () => T): T;
  /** Begins a span that the caller ends. */
  start(name: string, options: SpanOptions): OpenSpan;
  /** Adds an attribute to the present span, if there is one. */
  note(name: string, value: string | number | boolean): void;
  /** The present span as a `traceparent`, for a link; undefined when there is none, or when it is not kept. */
  traceParent(): string | undefined;
  /** Sends what is finished, for a moment at most. It never fails. */
  flush(): Promise<void>;
  /** The same, and then ends. */
  close(): Promise<void>;
}

const noSpan: OpenSpan = {
  set: () => undefined,
  fail: () => undefined,
  within: (work) => work(),
  end: () => undefined,
};

/** Tracing that is off. */
export const noTracer: Tracer = {
  isOn: false,
  span: (_name, _options, work) => work(noSpan),
  spanIfUsed: (_name, _options, work) => work(),
  start: () => noSpan,
  note: () => undefined,
  traceParent: () => undefined,
  flush: async () => undefined,
  close: async () => undefined,
};
