import type { UpstreamLogger } from './logger.ts';
import type { PolicyOptions } from './policies/order.ts';

/** Where an upstream is, its limits (contract, section 2), and the outside world. */
export interface UpstreamOptions extends PolicyOptions {
  /** Without a trailing slash. */
  baseUrl: string;
  /** Larger answers are refused. */
  maxBytes: number;
  /** Hears what is odd about the upstream; never tokens, signatures or the upstream's words. */
  logger?: UpstreamLogger;
  /** Our own, for the `User-Agent`. */
  version?: string;
}
