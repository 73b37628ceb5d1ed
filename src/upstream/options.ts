import type { DriftReport } from '../domain/upstream-drift.ts';
import type { Metrics } from '../lib/metrics/metrics.ts';
import type { Tracer } from '../telemetry/tracing.ts';
import type { UpstreamLogger } from './logger.ts';
import type { PolicyOptions } from './policies/order.ts';

/** Place and limits of an upstream (docs/operate/configuration.md, Upstreams). */
export interface UpstreamOptions extends PolicyOptions {
  /** Without a trailing slash. */
  baseUrl: string;
  /** A larger response body is refused. */
  maxBytes: number;
  /** Gets warnings about unexpected answers of the upstream. @default none */
  logger?: UpstreamLogger;
  /** Gets what an answer has that the gateway does not know. @default none */
  reportDrift?: DriftReport;
  /** Measures each attempt. @default none */
  tracer?: Tracer;
  /** Counts the calls. @default nothing is counted */
  metrics?: Metrics;
  /** The gateway's version, for the `User-Agent`. @default '0' */
  version?: string;
}
