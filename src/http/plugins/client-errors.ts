import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { type ErrorCode, GatewayError } from '../../errors.ts';
import { PROBLEM_TYPE, toProblem } from './problem-details.ts';
import { newRequestId } from './request-log.ts';

/** Errors of the HTTP parser, by Node's error code. */
const KNOWN: Record<string, [status: number, code: ErrorCode, detail?: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'REQUEST_TIMEOUT'],
  HPE_HEADER_OVERFLOW: [431, 'PAYLOAD_TOO_LARGE', 'The header fields are too large'],
};

/**
 * Creates the handler of errors that occur before a request was read: it was too slow, too large, or not HTTP. It answers
 * with a problem document and closes the connection, because after a framing error the next request cannot be found.
 */
export function createClientErrorHandler(log: FastifyBaseLogger) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const [status, code, detail = undefined] = KNOWN[error.code ?? ''] ?? [
      400,
      'BAD_USER_INPUT' as const,
      'The request is not valid HTTP',
    ];
    const requestId = newRequestId();
    log.info(
      { requestId, status, code: error.code },
      'request refused before it was read; closing the connection',
    );
    const body = JSON.stringify(toProblem(new GatewayError(code, detail), requestId, status));
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      'cache-control: no-store',
      'connection: close',
    ];
    if (socket.writable) socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroySoon();
  };
}
