import { type FastifyBaseLogger, type FastifyServerOptions, LogController } from 'fastify';
import type { Config } from '../../config.ts';
import { createClientErrorHandler } from './client-errors.ts';
import { replyWithProblem } from './problem-details.ts';
import { requestIdOf } from './request-log.ts';

/** Headers and body of a request must arrive within this time. */
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 5_000;
/** How often Node checks for requests that have timed out; it is the precision of both timeouts. */
const TIMEOUT_CHECK_INTERVAL_MS = 1_000;
const MAX_HEADER_BYTES = 16_384;

/** The configuration that the HTTP server needs. */
export type ServerConfig = Pick<Config, 'bodyLimitBytes' | 'trustProxy'>;

/**
 * Options of the hardened server. The timeouts depend on each other: `requestTimeout` of Fastify, the shorter
 * `headersTimeout` of Node, and a check interval below both.
 */
export function serverOptions({ bodyLimitBytes, trustProxy }: ServerConfig, log: FastifyBaseLogger) {
  return {
    loggerInstance: log,
    bodyLimit: bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    exposeHeadRoutes: true,
    // While sockets are closed one after another, requests are still answered. `/readyz` answers 503 by then.
    return503OnClosing: false,
    ajv: { customOptions: { coerceTypes: false } },
    trustProxy: trustProxy ?? false,
    genReqId: requestIdOf,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    clientErrorHandler: createClientErrorHandler(log),
    frameworkErrors: replyWithProblem,
  } satisfies FastifyServerOptions & Record<string, unknown>;
}
