import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { createStream, type Stream } from './stream.ts';

/** An event as the WHATWG algorithm dispatches it; a comment is an event of its own. */
export interface ServerEvent {
  event: string;
  data: string;
  /** The last id seen, as `EventSource` keeps it. */
  lastEventId: string;
  comment?: string;
}

/** An answer of the gateway, read as an event stream. */
export interface EventStreamClient extends AsyncDisposable {
  status: number;
  headers: IncomingHttpHeaders;
  /** Events, and comments as events of the name ''; completes when the server ends the answer. */
  events: Stream<ServerEvent>;
  /** The answer itself, to be paused. */
  response: IncomingMessage;
  /** The next event that is no comment, its data parsed. */
  next<T = Record<string, unknown>>(): Promise<ServerEvent & { json: T }>;
  /** Closes the connection. */
  close(): void;
}

/** Splits text that arrives in pieces into events (WHATWG HTML, 9.2.6). */
function createParser(dispatch: (event: ServerEvent) => void) {
  let rest = '';
  let lastEventId = '';
  let event = '';
  let data: string[] = [];
  const line = (text: string): void => {
    if (text === '') {
      if (data.length > 0) dispatch({ event: event || 'message', data: data.join('\n'), lastEventId });
      event = '';
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    const [name, raw] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (name === '') dispatch({ event: '', data: '', lastEventId, comment: value });
    else if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id' && !value.includes('\0')) lastEventId = value;
  };
  return (text: string): void => {
    const lines = (rest + text).split(/\r\n|[\r\n]/);
    rest = lines.pop() ?? '';
    for (const one of lines) line(one);
  };
}

export interface OpenOptions extends RequestOptions {
  /** Sent as JSON. */
  body?: unknown;
}

/** Requests an event stream; resolves with the head of any answer. */
export function openEvents(
  url: string,
  token: string | undefined,
  { body, headers, ...options }: OpenOptions = {},
): Promise<EventStreamClient> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: body === undefined ? 'GET' : 'POST',
      ...options,
      headers: {
        accept: 'text/event-stream',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(headers as Record<string, string>),
      },
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      const close = (): void => void asked.destroy();
      const events = createStream<ServerEvent>(close);
      response.setEncoding('utf8');
      response.once('error', events.fail);
      if (response.headers['content-type']?.startsWith('text/event-stream')) {
        response.on('data', createParser(events.push)).once('end', events.complete);
      }
      asked.off('error', reject).on('error', events.fail);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        events,
        response,
        async next<T>() {
          for (;;) {
            const event = await events.next();
            if (event.comment === undefined) return { ...event, json: JSON.parse(event.data || 'null') as T };
          }
        },
        close,
        async [Symbol.asyncDispose]() {
          close();
        },
      });
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The status and the body of an answer that is not a stream. */
export async function answerOf(
  ...asked: Parameters<typeof openEvents>
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Record<string, unknown> }> {
  const { status, headers, response } = await openEvents(...asked);
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status, headers, body: text === '' ? {} : JSON.parse(text) };
}
