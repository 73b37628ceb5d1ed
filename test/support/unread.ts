import { connect, type Socket } from 'node:net';
import type { GraphQLClient } from './client.ts';

/** Sends a query over a connection that takes no byte of the answer. */
export function askUnread({ url, tokens }: Pick<GraphQLClient, 'url' | 'tokens'>, query: string): Socket {
  const body = JSON.stringify({ query });
  const head = [
    'POST /graphql HTTP/1.1',
    'host: gateway',
    'content-type: application/json',
    `authorization: Bearer ${tokens.accessToken}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return socket;
}
