/** The media type of the stream (WHATWG HTML, 9.2). */
export const EVENT_STREAM = 'text/event-stream';

/** One event as it is to be sent. */
export interface ServerSentEvent {
  /** Comes back as `Last-Event-ID`; without one the client keeps the last it has. */
  id?: string;
  /** What the client listens for. */
  event: string;
  /** Any text; its lines arrive as lines. */
  data: string;
}

/** An event in the format of the stream. There is always a data line: an event without one is never dispatched. */
export function frame({ id, event, data }: ServerSentEvent): string {
  const lines = data.split(/\r\n|[\r\n]/).map((line) => `data: ${line}\n`);
  return `${id === undefined ? '' : `id: ${oneLine(id)}\n`}event: ${oneLine(event)}\n${lines.join('')}\n`;
}

/** A line that clients pass over; empty, it only shows that somebody is there. */
export function comment(text = ''): string {
  return text === '' ? ':\n\n' : `: ${oneLine(text)}\n\n`;
}

/** What would end the line, or make a client drop an id. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}
