import { Agent, type Dispatcher, errors } from 'undici';
import type { ErrorCode } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { type FailureFacts, UpstreamFailure } from '../failure.ts';
import { type ResponseBody, readBody } from './read-body.ts';

/** One request, signed and complete. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  /** JSON text; sets the content type. */
  body?: string;
  /** For the whole attempt: connecting, headers and body. */
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

  const exchange = async (request: TransportRequest, dispatcher: Dispatcher, signal: AbortSignal) => {
    const { method, body } = request;
    const { origin, pathname, search } = new URL(request.url);
    const sentAtMs = clock.evenMs();
    const response = await dispatcher.request({
      origin,
      path: `${pathname}${search}`,
      method,
      headers: {
        ...fixedHeaders,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      body,
      signal,
    });
    const headersAtMs = clock.evenMs();
    const header = (name: string): string | undefined => [response.headers[name]].flat()[0];
    return {
      status: response.statusCode,
      header,
      body: await readBody(response, maxBytes),
      sentAtMs,
      headersAtMs,
    };
  };

  return {
    send: async (request) => {
      request.signal?.throwIfAborted();
      const timer = new AbortController();
      const timeout = clock.after(request.timeoutMs, () => timer.abort());
      const signal = request.signal ? AbortSignal.any([request.signal, timer.signal]) : timer.signal;
      let wasSent = false;
      const dispatcher = (request.mayRepeat ? agent : freshAgent).compose(
        onRequestStart(() => {
          wasSent = true;
        }),
      );
      try {
        // undici notices an abort only after it has connected; the timeout must hold before that too.
        return await Promise.race([exchange(request, dispatcher, signal), whenAborted(signal)]);
      } catch (error) {
        request.signal?.throwIfAborted();
        if (isClosed) throw closed(wasSent);
        throw timer.signal.aborted ? timedOut(wasSent) : connectionFailure(error, wasSent);
      } finally {
        timeout.cancel();
      }
    },
    close: async () => {
      isClosed = true;
      await Promise.all([agent.destroy(), freshAgent.destroy()]);
    },
  };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/**
 * Reports when a request begins to leave on a connection. Before that, a failure proves that nothing was done;
 * after it, the upstream may have acted. undici's `request` itself does not tell the two apart.
 */
function onRequestStart(onStart: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        handler.onRequestStart?.(controller, context);
        // undici drops a request here, before writing it, if it was aborted while it waited for a connection.
        if (!controller.aborted) onStart();
      },
      onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
      onResponseStart: (...start) => handler.onResponseStart?.(...start),
      onResponseData: (...data) => handler.onResponseData?.(...data),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...failed) => handler.onResponseError?.(...failed),
    });
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
