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
  /** The gateway's version, for the `User-Agent`. @default '0' */
  version?: string;
}
