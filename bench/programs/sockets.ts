/**
 * Subscribers over `graphql-transport-ws`, many in one process: a small client of RFC 6455 over plain sockets, because a
 * full one would be what is measured. It notes when each event arrived, and does not parse it.
 */
import { connect, type Socket } from 'node:net';

/** A message to this program; each is answered. */
export type SocketsJob =
  | {
      kind: 'connect';
      port: number;
      count: number;
      /** Subscriber n follows topic n modulo their number, with the token at the same place. */
      tokens: string[];
      topics: string[];
      query: string;
      /** Wait until each subscriber has so many events. */
      firstEvents: number;
    }
  /** From now on arrivals are noted. */
  | { kind: 'begin' }
  /** Waits for so many events in all while some arrive, and a little longer for those that should not come. */
  | { kind: 'collect'; events: number }
  | { kind: 'close' };

/** The answer to `collect`, and without arrivals to the others. */
export interface SocketsReport {
  /** When each event arrived, by subscriber; nanoseconds of `process.hrtime`. */
  arrivedAt: number[][];
  /** Events with errors, closed sockets and refusals. */
  troubles: string[];
  tookMs: number;
}

const CONNECT_AT_ONCE = 50;
/** So long after the last arrival no other one is expected. */
const SILENT_MS = 15_000;
const SETTLE_MS = 100;
const MAX_TROUBLES = 5;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

interface Subscriber {
  socket: Socket;
  arrivedAt: number[];
}

const subscribers: Subscriber[] = [];
const troubles: string[] = [];
let isClosing = false;
let events = 0;

function note(trouble: string): void {
  if (!isClosing && troubles.length < MAX_TROUBLES) troubles.push(trouble);
}

/** A frame of a client, masked with zeros: the server has to unmask, the client has no work. */
function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length;
  const size = length < 126 ? [0x80 | length] : [0xfe, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), payload]);
}
function textFrame(message: object): Buffer {
  return frame(TEXT, Buffer.from(JSON.stringify(message)));
}

function handshake(port: number): string {
  return [
    'GET /graphql HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    '\r\n',
  ].join('\r\n');
}

type ConnectJob = Extract<SocketsJob, { kind: 'connect' }>;

/** Connects one subscriber; done when the server has acknowledged it. */
function subscribe(job: ConnectJob, at: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ port: job.port, host: '127.0.0.1', noDelay: true });
  const subscriber: Subscriber = { socket, arrivedAt: [] };
  subscribers.push(subscriber);
  let rest: Buffer | undefined;
  let isOpen = false;

  const onText = (buffer: Buffer, start: number, end: number): void => {
    const text = buffer.toString('latin1', start, Math.min(end, start + 60));
    if (text.includes('"type":"next"')) {
      subscriber.arrivedAt.push(Number(process.hrtime.bigint()));
      events += 1;
      if (buffer.subarray(start, end).includes('"errors"')) note(buffer.toString('utf8', start, end));
    } else if (text.includes('connection_ack')) {
      const variables = { id: job.topics[at % job.topics.length] };
      socket.write(textFrame({ id: '1', type: 'subscribe', payload: { query: job.query, variables } }));
      resolve();
    } else if (text.includes('"ping"')) {
      socket.write(textFrame({ type: 'pong' }));
    } else {
      note(buffer.toString('utf8', start, end));
    }
  };
  const onFrame = (buffer: Buffer, opcode: number, start: number, end: number): void => {
    if (opcode === TEXT) onText(buffer, start, end);
    if (opcode === PING) socket.write(frame(PONG, buffer.subarray(start, end)));
    if (opcode === CLOSE)
      note(`closed: ${buffer.readUInt16BE(start)} ${buffer.toString('utf8', start + 2, end)}`);
  };
  const readHandshake = (buffer: Buffer): Buffer | undefined => {
    const end = buffer.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    if (!buffer.toString('latin1', 0, 16).includes(' 101'))
      reject(new Error(buffer.toString('latin1', 0, 300)));
    isOpen = true;
    const authorization = `Bearer ${job.tokens[at % job.tokens.length]}`;
    socket.write(textFrame({ type: 'connection_init', payload: { authorization } }));
    return buffer.subarray(end + 4);
  };

  socket.on('connect', () => socket.write(handshake(job.port)));
  socket.on('data', (chunk) => {
    let buffer: Buffer | undefined = rest ? Buffer.concat([rest, chunk]) : chunk;
    rest = buffer;
    if (!isOpen) buffer = readHandshake(buffer);
    if (buffer === undefined) return;
    rest = readFrames(buffer, onFrame);
  });
  socket.on('error', ({ message }) => {
    note(message);
    reject(new Error(message));
  });
  socket.on('close', () => {
    note('a socket was closed');
    reject(new Error(`closed before it was acknowledged: ${troubles[0]}`));
  });
  return promise;
}

/** Reads whole frames of a server. @returns what is left, for the next chunk */
function readFrames(
  buffer: Buffer,
  onFrame: (buffer: Buffer, opcode: number, start: number, end: number) => void,
): Buffer | undefined {
  let at = 0;
  while (buffer.length - at >= 2) {
    const [first = 0, second = 0] = [buffer[at], buffer[at + 1]];
    let length = second & 0x7f;
    let start = at + 2;
    if (length === 126) {
      if (buffer.length < at + 4) break;
      length = buffer.readUInt16BE(at + 2);
      start = at + 4;
    } else if (length === 127) {
      if (buffer.length < at + 10) break;
      length = Number(buffer.readBigUInt64BE(at + 2));
      start = at + 10;
    }
    if (buffer.length < start + length) break;
    onFrame(buffer, first & 0x0f, start, start + length);
    at = start + length;
  }
  return at === buffer.length ? undefined : buffer.subarray(at);
}

async function waitFor(count: number): Promise<void> {
  let seen = events;
  let endMs = performance.now() + SILENT_MS;
  while (events < count && performance.now() < endMs) {
    await new Promise((done) => setTimeout(done, 5));
    if (events > seen) endMs = performance.now() + SILENT_MS;
    seen = events;
  }
}

function begin(): void {
  events = 0;
  for (const subscriber of subscribers) subscriber.arrivedAt = [];
}

async function work(job: SocketsJob): Promise<void> {
  switch (job.kind) {
    case 'connect':
      for (let from = 0; from < job.count; from += CONNECT_AT_ONCE) {
        const group = Array.from(
          { length: Math.min(CONNECT_AT_ONCE, job.count - from) },
          (_, at) => from + at,
        );
        await Promise.all(group.map((at) => subscribe(job, at)));
      }
      return waitFor(job.count * job.firstEvents);
    case 'begin':
      return begin();
    case 'collect':
      await waitFor(job.events);
      return new Promise((done) => setTimeout(done, SETTLE_MS));
    case 'close':
      isClosing = true;
      for (const { socket } of subscribers) socket.destroy();
  }
}

process.on('message', async (job: SocketsJob) => {
  const startMs = performance.now();
  await work(job).catch((error: Error) => troubles.push(error.message));
  const report: SocketsReport = {
    arrivedAt: job.kind === 'collect' ? subscribers.map(({ arrivedAt }) => arrivedAt) : [],
    troubles,
    tookMs: performance.now() - startMs,
  };
  process.send?.(report);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
