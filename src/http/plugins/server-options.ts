import { type FastifyBaseLogger, type FastifyServerOptions, LogController } from 'fastify';
import type { Config } from '../../config.ts';
import { createClientErrorHandler } from './client-errors.ts';
import { replyWithProblem } from './problems.ts';
import { newRequestId } from './request-log.ts';

/** A whole request, headers and body, must have arrived by then. */
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 5_000;
/** How often Node looks for requests that are overdue, so each limit is kept to within a second. */
const TIMEOUT_CHECK_INTERVAL_MS = 1_000;
const MAX_HEADER_BYTES = 16_384;

/** What of the configuration the HTTP server needs. */
export type ServerConfig = Pick<Config, 'bodyLimitBytes' | 'trustProxy'>;

/**
 * The hardened server. Its timeouts only work together: Fastify's own `requestTimeout`, Node's shorter
 * `headersTimeout`, and a checking interval below both.
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
    exposeHeadRoutes: false,
    // While sockets are told goodbye, requests are still answered; readiness has failed before.
    return503OnClosing: false,
    ajv: { customOptions: { coerceTypes: false } },
    trustProxy: trustProxy ?? false,
    genReqId: newRequestId,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    clientErrorHandler: createClientErrorHandler(log),
    frameworkErrors: replyWithProblem,
  } satisfies FastifyServerOptions & Record<string, unknown>;
}
