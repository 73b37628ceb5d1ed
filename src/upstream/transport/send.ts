import { Agent, type Dispatcher, errors } from 'undici';
import type { ErrorCode } from '../../errors.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { type FailureFacts, UpstreamFailure } from '../failure.ts';
import { type BodyProblem, type ResponseBody, readJson } from './read-body.ts';

/** One request, signed and complete. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Text, or the parts of it that were taken apart before. */
  url: string | Pick<URL, 'origin' | 'pathname' | 'search'>;
  headers: Record<string, string>;
  /** JSON text; sets the content type. */
  body?: string;
  /** For the whole attempt: connecting, headers and body. Nothing is sent later than that. */
  timeoutMs: number;
  /** False for a create or prompt: it is sent on a new connection, or on one that was used within the last second. */
  mayRepeat: boolean;
  signal?: AbortSignal;
}

/** A response of any status. */
export interface TransportResponse {
  status: number;
  /** A header by its lower-case name; the first one when it came more than once. */
  header(name: string): string | undefined;
  body: ResponseBody;
  /** When the request was sent and the headers came, by `Clock.evenMs`, in milliseconds since the epoch. */
  sentAtMs: number;
  headersAtMs: number;
}

/** Sends a request once, over a pooled connection. */
export interface Transport {
  /**
   * @throws UpstreamFailure UPSTREAM_UNAVAILABLE, UPSTREAM_TIMEOUT or UPSTREAM_BAD_RESPONSE when no response came;
   * UNAVAILABLE when the transport was closed
   * @throws the signal's reason when the caller aborted.
   */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Closes every connection; requests under way fail. */
  close(): Promise<void>;
}

/** Limits of the transport. */
export interface TransportOptions {
  /** A larger body is refused. Bytes are counted as received; nothing is unpacked. */
  maxBytes: number;
  /** Connections to one origin, for requests that may be repeated; as many for those that must not. */
  connections: number;
  /** `quantgate/<version>`. */
  userAgent: string;
  clock: Clock;
}

/**
 * A server may close an idle connection just as the next request arrives on it, and then nothing tells whether it has
 * acted. A connection for requests that must not be repeated is closed before a server would do so.
 */
const MAX_IDLE_MS = 1_000;

/** A timer that comes so much too late tells that the process was suspended. */
const SUSPENDED_MS = 1_000;

/** Creates a transport with a pool for each origin. It works for any upstream. */
export function createTransport({ maxBytes, connections, userAgent, clock }: TransportOptions): Transport {
  // Redirects are not followed, so a signature never goes to another host.
  const limits = { connections, pipelining: 1 };
  const agent = new Agent(limits);
  const freshAgent = new Agent({
    ...limits,
    keepAliveTimeout: MAX_IDLE_MS,
    keepAliveMaxTimeout: MAX_IDLE_MS,
  });
  let isClosed = false;
  const fixedHeaders = {
    'user-agent': userAgent,
    accept: 'application/json',
    'accept-encoding': 'identity',
  };

  return {
    async send(request) {
      request.signal?.throwIfAborted();
      return exchange(request, {
        dispatcher: request.mayRepeat ? agent : freshAgent,
        fixedHeaders,
        maxBytes,
        clock,
        isClosed: () => isClosed,
      });
    },
    close: async () => {
      isClosed = true;
      await Promise.all([agent.destroy(), freshAgent.destroy()]);
    },
  };
}

interface ExchangeDeps {
  dispatcher: Dispatcher;
  fixedHeaders: Record<string, string>;
  maxBytes: number;
  clock: Clock;
  isClosed(): boolean;
}

/**
 * Sends a request and collects the response, with one timer and one way to give up. It uses the lowest level of undici:
 * that one tells when the request begins to leave. Before that, a failure proves that nothing was done; after it, the
 * upstream may have acted.
 */
function exchange(request: TransportRequest, deps: ExchangeDeps): Promise<TransportResponse> {
  const { method, body, signal } = request;
  const { dispatcher, fixedHeaders, maxBytes, clock, isClosed } = deps;
  const { origin, pathname, search } = typeof request.url === 'string' ? new URL(request.url) : request.url;
  const latestMs = clock.steadyMs() + request.timeoutMs;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let timeout: Timer | undefined;
    let wasSent = false;
    let isOver = false;
    let isExtended = false;
    let response: Omit<TransportResponse, 'body'> | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;

    /** @returns false when the exchange was over before */
    const end = (): boolean => {
      if (isOver) return false;
      isOver = true;
      timeout?.cancel();
      signal?.removeEventListener('abort', onAbort);
      return true;
    };
    // undici closes the connection. A request that still waits for one is dropped when its turn comes.
    const giveUp = (error: Error): void => {
      if (end()) reject(error);
      controller?.abort(error);
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const finish = (result: ResponseBody): void => {
      if (response && end()) resolve({ ...response, body: result });
    };
    const refuseBody = (problem: BodyProblem): void => {
      finish({ isJson: false, problem });
      controller?.abort(new Error(`body ${problem}`));
    };
    const onTimeout = (): void => {
      const lateMs = clock.steadyMs() - latestMs;
      // The answer to a create that left while the process was suspended tells what it has made, perhaps a second time.
      if (wasSent && !request.mayRepeat && lateMs >= SUSPENDED_MS && !isExtended) {
        isExtended = true;
        timeout = clock.after(request.timeoutMs, onTimeout);
      } else giveUp(timedOut(wasSent));
    };
    timeout = clock.after(request.timeoutMs, onTimeout);
    signal?.addEventListener('abort', onAbort, { once: true });

    const sentAtMs = clock.evenMs();
    dispatcher.dispatch(
      {
        origin,
        path: `${pathname}${search}`,
        method,
        headers: {
          ...fixedHeaders,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...request.headers,
        },
        body,
      },
      {
        onRequestStart(started) {
          controller = started;
          // A process that was suspended comes here before its timer does. By now another one may have sent the request.
          if (clock.steadyMs() >= latestMs) giveUp(timedOut(wasSent));
          else if (isOver) started.abort(new Error('given up before it was sent'));
          else wasSent = true;
        },
        onResponseStart(_controller, status, headers) {
          const header = (name: string): string | undefined => [headers[name]].flat()[0];
          response = { status, header, sentAtMs, headersAtMs: clock.evenMs() };
          if (!isPlain(headers['content-encoding'])) refuseBody('encoded');
        },
        onResponseData(_controller, chunk) {
          bytes += chunk.length;
          if (bytes > maxBytes) refuseBody('too large');
          else chunks.push(chunk);
        },
        onResponseEnd: () => finish(readJson(textOf(chunks, bytes))),
        onResponseError(_controller, error) {
          if (end()) reject(isClosed() ? closed(wasSent) : connectionFailure(error, wasSent));
        },
      },
    );
  });
}

function textOf(chunks: Buffer[], bytes: number): string {
  const [first] = chunks;
  return (chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes)).toString('utf8');
}

function isPlain(encoding: string | string[] | undefined): boolean {
  return encoding === undefined || encoding === '' || encoding === 'identity';
}

/**
 * The failure of a connection.
 * @param wasSent whether the request had begun to leave
 */
function connectionFailure(error: unknown, wasSent: boolean): UpstreamFailure {
  const code = codeOf(error);
  const [errorCode, again]: [ErrorCode, FailureFacts['again']] =
    code === 'UND_ERR_CONNECT_TIMEOUT'
      ? ['UPSTREAM_TIMEOUT', 'soon']
      : isProtocolError(error)
        ? ['UPSTREAM_BAD_RESPONSE', 'never']
        : ['UPSTREAM_UNAVAILABLE', 'soon'];
  const facts: FailureFacts = { mayHaveActed: wasSent, health: 'unreachable', again };
  // Only the code is kept, because the error itself may carry the request.
  return new UpstreamFailure(errorCode, facts, { cause: new Error(`connection failed: ${code}`) });
}

/**
 * The failure of an attempt that took too long. A read, delete or stop has time for one more attempt within the deadline
 * of its call (docs/decisions/0017-timeouts-of-attempts-and-calls.md).
 */
function timedOut(wasSent: boolean): UpstreamFailure {
  return new UpstreamFailure('UPSTREAM_TIMEOUT', { mayHaveActed: wasSent, health: 'down', again: 'soon' });
}

/** The failure of an attempt that was under way, or began, when the process stopped. Another process can be asked. */
function closed(wasSent: boolean): UpstreamFailure {
  return new UpstreamFailure(
    'UNAVAILABLE',
    { mayHaveActed: wasSent, health: 'answered', again: 'never' },
    { message: 'The gateway is stopping', details: { retryAfter: 1 } },
  );
}

/** True when the response is not valid HTTP. */
function isProtocolError(error: unknown): boolean {
  return error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
