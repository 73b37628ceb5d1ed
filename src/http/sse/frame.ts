import { memoByObject } from '../../lib/lru.ts';

/** The media type of an event stream (WHATWG HTML, 9.2). */
export const EVENT_STREAM = 'text/event-stream';

/** One event to send. */
export interface ServerSentEvent {
  /** The client sends it back as `Last-Event-ID`; without an id the client keeps its last one. */
  id?: string;
  /** The name that the client listens for. @default `message`, which is not written */
  event?: string;
  /** Any text. Its lines arrive as lines. */
  data: string;
}

/** Formats an event, once for all streams that send the same one. */
export const frameOf: (event: ServerSentEvent) => string = memoByObject(frame);

/** Formats an event. There is always a `data` line, because clients do not dispatch an event without one. */
export function frame({ id, event, data }: ServerSentEvent): string {
  const lines = data.split(/\r\n|[\r\n]/).map((line) => `data: ${line}\n`);
  const head = (name: string, value: string | undefined): string =>
    value === undefined ? '' : `${name}: ${oneLine(value)}\n`;
  return `${head('id', id)}${head('event', event)}${lines.join('')}\n`;
}

/** Formats a comment, which clients ignore. An empty comment is a heartbeat. */
export function comment(text = ''): string {
  return text === '' ? ':\n\n' : `: ${oneLine(text)}\n\n`;
}

/** Replaces line ends, and NUL, for which clients drop an id. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}
