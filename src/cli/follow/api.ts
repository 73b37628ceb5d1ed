import { Agent, fetch, type RequestInit, type Response } from 'undici';
import { StartError } from '../../lib/start-error.ts';
import { withoutTrailingSlashes } from '../../lib/text.ts';
import { type CommandIo, UsageError } from '../io.ts';
import { readServerSentEvents, type StreamEvent } from './server-sent-events.ts';

/** The public API of a gateway, as one of its users. Failures are ApiErrors or Unreachable. */
export interface Api {
  /** @throws UsageError never; the answer's JSON */
  request<T>(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<T>;
  /** Opens an event stream, and reads it until it ends, which may be before everything was sent. */
  stream(path: string, options: StreamOptions): AsyncGenerator<StreamEvent, void>;
  /** Closes every connection. A stream that was left may else stay open, and holds the gateway up when it stops. */
  close(): Promise<void>;
}

export interface StreamOptions {
  signal: AbortSignal;
  /** Sent as JSON by POST; without it by GET. */
  body?: object;
  lastEventId?: string | undefined;
}

/** The gateway answered that it does not do what was asked. `message` is one line. */
export class ApiError extends StartError {
  /** A code of docs/guide/errors.md. */
  readonly code: string;

  constructor(code: string, detail: string) {
    super(`${detail} (${code})`);
    this.code = code;
  }
}

/** The gateway cannot be reached at the moment, or is not ready. */
export class Unreachable extends StartError {}

/** Answers of a gateway, or of a proxy in front of it, that is away for a while. */
const AWAY = new Set([502, 503, 504]);

/** The gateway sends something every 30 s at least. */
const SILENCE_MS = 60_000;

const REQUEST_TIMEOUT_MS = 60_000;

/** Does some work with the API, and closes its connections. @throws UsageError as `openApi` */
export async function withApi<T>(io: CommandIo, work: (api: Api) => Promise<T>): Promise<T> {
  const api = openApi(io);
  try {
    return await work(api);
  } finally {
    await api.close();
  }
}

/**
 * The API at `QUANTGATE_URL`, as the user of `QUANTGATE_TOKEN`.
 * @throws UsageError when one is missing or malformed
 */
function openApi({ readEnvironment, runtime: { version } }: CommandIo): Api {
  const { QUANTGATE_URL = '', QUANTGATE_TOKEN: token = '' } = readEnvironment();
  if (!/^https?:\/\//.test(QUANTGATE_URL) || !URL.canParse(QUANTGATE_URL))
    throw new UsageError('Set QUANTGATE_URL to the address of the gateway, such as http://127.0.0.1:4000');
  if (token === '') throw new UsageError('Set QUANTGATE_TOKEN to an access token of yours');
  const url = withoutTrailingSlashes(QUANTGATE_URL);
  const agent = new Agent();
  const ask = async (path: string, init: RequestInit & { headers: Record<string, string> }) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'user-agent': `quantgate/${version}`,
      ...init.headers,
    };
    const answer = await fetch(`${url}${path}`, { ...init, headers, dispatcher: agent }).catch(
      (error: unknown) => {
        throw new Unreachable(`The gateway at ${url} cannot be reached (${reasonOf(error)})`);
      },
    );
    if (answer.ok) return answer;
    throw await toFailure(answer, url);
  };
  const json = { 'content-type': 'application/json' };

  return {
    close: () => agent.destroy(),
    async request(method, path, body, headers = {}) {
      const answer = await ask(path, {
        method,
        headers: { accept: 'application/json', ...(body && json), ...headers },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(body && { body: JSON.stringify(body) }),
      });
      return answer.json() as never;
    },
    async *stream(path, { signal, body, lastEventId }) {
      // Not AbortSignal.any, and the body is cancelled here: what only weak references hold may be collected, and then no
      // abort arrives.
      const ending = new AbortController();
      let cancel: (() => Promise<void>) | undefined;
      const onSilence = (): void => {
        ending.abort();
        cancel?.().catch(() => undefined);
      };
      signal.addEventListener('abort', onSilence, { once: true });
      let timer = setTimeout(onSilence, SILENCE_MS);
      try {
        const answer = await ask(path, {
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            accept: 'text/event-stream',
            ...(body && json),
            ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
          },
          signal: ending.signal,
          ...(body && { body: JSON.stringify(body) }),
        });
        const watched = async function* (
          body: NonNullable<Response['body']>,
        ): AsyncGenerator<Uint8Array, void> {
          const reader = body.getReader();
          cancel = () => reader.cancel();
          for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            clearTimeout(timer);
            timer = setTimeout(onSilence, SILENCE_MS);
            yield value;
          }
        };
        // 204: nothing follows.
        if (answer.body === null) return yield { event: 'complete', data: '', id: undefined };
        yield* readServerSentEvents(watched(answer.body));
      } catch (error) {
        if (error instanceof StartError || signal.aborted) throw error;
        throw new Unreachable(`The connection to ${url} was lost (${reasonOf(error)})`);
      } finally {
        signal.removeEventListener('abort', onSilence);
        onSilence();
        clearTimeout(timer);
      }
    },
  };
}

async function toFailure(answer: Response, url: string): Promise<Error> {
  const body = (await answer.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  const [error] = body.errors ?? [];
  const code = body.code ?? error?.extensions?.code ?? `HTTP ${answer.status}`;
  const detail = body.detail ?? error?.message ?? body.title ?? `The gateway at ${url} refused it`;
  if (code === 'UNAUTHENTICATED')
    return new ApiError(code, 'QUANTGATE_TOKEN is not accepted: it has expired, or is of another gateway');
  // An upstream that is away is a code of its own; everything else with these statuses is the gateway itself.
  if (AWAY.has(answer.status) && !/^(UPSTREAM|OUTCOME)_/.test(code))
    return new Unreachable(`${detail} (${code})`);
  return new ApiError(code, detail);
}

/** The innermost code or message: `fetch failed` says nothing. */
function reasonOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
