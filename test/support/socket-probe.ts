import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { createStream, type Stream } from './stream.ts';

/** A message of `graphql-transport-ws`. */
export interface ProtocolMessage {
  type: string;
  id?: string;
  payload?: {
    data?: Record<string, unknown>;
    errors?: { extensions: { code: string } }[];
  } & { extensions: { code: string } }[];
}

/** A socket that sends exactly what a test wants. */
export interface Probe extends AsyncDisposable {
  socket: WebSocket;
  messages: Stream<ProtocolMessage>;
  /** How the server closed it. */
  closed: Promise<{ code: number; reason: string }>;
  /** Sends text as it is, everything else as JSON. */
  send(message: unknown): void;
  /** Sends `connection_init` and waits for the acknowledgement. */
  introduce(token: string): Promise<void>;
  subscribe(id: string, query: string, variables?: Record<string, unknown>): void;
}

export interface ProbeOptions {
  protocols?: string[];
  headers?: Record<string, string>;
  path?: string;
  /** Called with the answer to the upgrade. */
  onUpgrade?: (answer: IncomingMessage) => void;
}

function socketUrl(url: string, path: string): string {
  return `${url.replace('http', 'ws')}${path}`;
}

/** Opens a bare socket; rejects with the answer's status when the handshake is refused. */
export async function openProbe(url: string, options: ProbeOptions = {}): Promise<Probe> {
  const { protocols = ['graphql-transport-ws'], headers = {}, path = '/graphql' } = options;
  const socket = new WebSocket(socketUrl(url, path), protocols, { headers });
  if (options.onUpgrade) socket.once('upgrade', options.onUpgrade);
  const messages = createStream<ProtocolMessage>(() => socket.terminate());
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as ProtocolMessage));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => {
      messages.complete();
      resolve({ code, reason: String(reason) });
    }),
  );
  const refused = new Promise<never>((_resolve, reject) => {
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`refused with ${response.statusCode}`));
    });
  });
  refused.catch(() => undefined);
  await Promise.race([once(socket, 'open'), refused]);
  const send = (message: unknown): void =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  return {
    socket,
    messages,
    closed,
    send,
    async introduce(token) {
      send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
      const { type } = await messages.next();
      if (type !== 'connection_ack') throw new Error(`answered by ${type}`);
    },
    subscribe: (id, query, variables = {}) => send({ type: 'subscribe', id, payload: { query, variables } }),
    async [Symbol.asyncDispose]() {
      socket.terminate();
    },
  };
}

/** Opens a socket and sends `connection_init`. */
export async function openAcknowledged(
  url: string,
  token: string,
  options: ProbeOptions = {},
): Promise<Probe> {
  const probe = await openProbe(url, options);
  await probe.introduce(token);
  return probe;
}

/** The HTTP status with which the handshake is refused. */
export function refusalOf(url: string, options: ProbeOptions): Promise<string> {
  return openProbe(url, options).then(
    (probe) => {
      probe.socket.terminate();
      return 'accepted';
    },
    (error: Error) => error.message,
  );
}
