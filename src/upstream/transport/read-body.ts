import type { Dispatcher } from 'undici';
import { type AnswerBody, readJson } from './read-json.ts';

type Answer = Pick<Dispatcher.ResponseData, 'body' | 'headers'>;

/** Bytes nobody will read: closes the connection instead of draining it. */
function discard(body: Answer['body']): void {
  // Closing early is reported as an error to the stream; here it is what was wanted.
  body.on('error', () => undefined).destroy();
}

function isPlain(encoding: string | string[] | undefined): boolean {
  return encoding === undefined || encoding === '' || encoding === 'identity';
}

/**
 * Reads a whole body as JSON, counting the bytes itself. Encoded bodies are refused unread: we ask for none,
 * and a small one may unpack to a huge one.
 * @throws what the connection throws when it breaks or is aborted on the way.
 */
export async function readBody({ body, headers }: Answer, maxBytes: number): Promise<AnswerBody> {
  if (!isPlain(headers['content-encoding'])) {
    discard(body);
    return { isJson: false, problem: 'encoded' };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      discard(body);
      return { isJson: false, problem: 'too large' };
    }
    chunks.push(chunk);
  }
  return readJson(Buffer.concat(chunks, bytes).toString('utf8'));
}
