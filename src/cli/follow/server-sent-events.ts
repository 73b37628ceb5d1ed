/** One event of a stream (WHATWG HTML, server-sent events). */
export interface StreamEvent {
  event: string;
  data: string;
  id: string | undefined;
}

/** Reads the events of a stream. It ends with the stream; an event that is not whole by then is left out. */
export async function* readServerSentEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<StreamEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let fields: string[] = [];
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        fields.push(line);
        continue;
      }
      const event = toEvent(fields);
      fields = [];
      if (event !== undefined) yield event;
    }
  }
}

/** Undefined for comments alone, which say only that the stream is alive. */
function toEvent(lines: readonly string[]): StreamEvent | undefined {
  const valuesOf = (name: string): string[] =>
    lines.flatMap((line) =>
      line.startsWith(`${name}:`) ? [line.slice(name.length + 1).replace(/^ /, '')] : [],
    );
  const [event] = valuesOf('event').slice(-1);
  const data = valuesOf('data');
  if (event === undefined && data.length === 0) return undefined;
  return { event: event ?? 'message', data: data.join('\n'), id: valuesOf('id').at(-1) };
}
