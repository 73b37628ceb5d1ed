import type { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import { textFrame } from './text-frame.ts';

/** The reader of frames, which the types of the package leave out. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

/** What a client's protocol library reads. */
function read(frames: readonly Buffer[]): Promise<string[]> {
  const messages: string[] = [];
  const receiver = new Receiver({ isServer: false, maxPayload: 0 });
  receiver.on('message', (data: Buffer, isBinary: boolean) => messages.push(isBinary ? '' : String(data)));
  return new Promise((resolve, reject) => {
    receiver.on('error', reject);
    for (const frame of frames) receiver.write(frame);
    receiver.end(() => resolve(messages));
  });
}

test('a client reads the messages of every length, one after the other', async () => {
  const head = '{"id":"é","payload":';
  const headBytes = Buffer.from(head);
  const overhead = headBytes.length + 1;
  const lengths = [0, 125 - overhead, 126 - overhead, 0xffff - overhead, 0x10000 - overhead, 200_000];
  const bodies = lengths.map((length) => 'x'.repeat(length));
  const frames = bodies.map((body) => textFrame(headBytes, Buffer.from(body)));
  expect(await read(frames)).toEqual(bodies.map((body) => `${head}${body}}`));
});
