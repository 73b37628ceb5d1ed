import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../../lib/clock.ts';
import { connectionFailure, timedOut } from './connection-failure.ts';
import { readBody } from './read-body.ts';
import type { AnswerBody } from './read-json.ts';
import { onRequestStart } from './start-notice.ts';

/** One request, signed and complete. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  /** JSON text; sets the content type. */
  body?: string;
  /** For the whole attempt: connecting, headers and body. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** What came back, whatever the status. */
export interface TransportAnswer {
  status: number;
  /** A header by its lower-case name; the first when sent more than once. */
  header(name: string): string | undefined;
  body: AnswerBody;
  /** Moments by our clock, in milliseconds since the epoch. */
  sentAtMs: number;
  headersAtMs: number;
}

/** Sends one request over a pooled connection, once. */
export interface Transport {
  /**
   * @throws UpstreamFailure UPSTREAM_UNAVAILABLE, UPSTREAM_TIMEOUT or UPSTREAM_BAD_RESPONSE when no answer came.
   * @throws the signal's reason when the caller aborted.
   */
  send(request: TransportRequest): Promise<TransportAnswer>;
  /** Ends every connection; what is under way fails. */
  close(): Promise<void>;
}

/** Limits of the transport. */
export interface TransportOptions {
  /** A larger body is refused; counted as received, and nothing is ever unpacked. */
  maxBytes: number;
  /** `quantgate/<version>`. */
  userAgent: string;
  clock: Clock;
}

/** Connections to one origin. */
const MAX_CONNECTIONS = 64;

/** Asks for plain JSON; redirects are never followed, so a signature never travels to another place. */
function fixedHeaders(userAgent: string) {
  return {
    'user-agent': userAgent,
    accept: 'application/json',
    'accept-encoding': 'identity',
  };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Makes a transport with a pool for each origin it meets. It knows nothing of any one upstream. */
export function createTransport({ maxBytes, userAgent, clock }: TransportOptions): Transport {
  const agent = new Agent({ connections: MAX_CONNECTIONS, pipelining: 1 });
  const fixed = fixedHeaders(userAgent);

  const exchange = async (request: TransportRequest, dispatcher: Dispatcher, signal: AbortSignal) => {
    const { method, body } = request;
    const { origin, pathname, search } = new URL(request.url);
    const sentAtMs = clock.now();
    const answer = await dispatcher.request({
      origin,
      path: `${pathname}${search}`,
      method,
      headers: {
        ...fixed,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      body,
      signal,
    });
    const headersAtMs = clock.now();
    const header = (name: string): string | undefined => [answer.headers[name]].flat()[0];
    return {
      status: answer.statusCode,
      header,
      body: await readBody(answer, maxBytes),
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
      const dispatcher = agent.compose(
        onRequestStart(() => {
          wasSent = true;
        }),
      );
      try {
        // undici notices an abort only once it is connected; the deadline holds before that too.
        return await Promise.race([exchange(request, dispatcher, signal), whenAborted(signal)]);
      } catch (error) {
        request.signal?.throwIfAborted();
        throw timer.signal.aborted ? timedOut(wasSent) : connectionFailure(error, wasSent);
      } finally {
        timeout.cancel();
      }
    },
    close: () => agent.destroy(),
  };
}
