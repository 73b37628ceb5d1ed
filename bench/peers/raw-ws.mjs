// s0: the limit for pushing: plain `ws`, one frame for each event, written to every socket of the topic. It speaks enough
// of graphql-transport-ws for the client, and executes nothing.
import http from 'node:http';
import { Sender, WebSocketServer } from 'ws';
import { credentialOf, isReady, listening } from './common.mjs';
import { createPublisher } from './publisher.mjs';

const TEXT_FRAME = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
const topics = new Map();

createPublisher((event) => {
  const message = { id: '1', type: 'next', payload: { data: { deploymentEvents: event } } };
  const frame = Buffer.concat(Sender.frame(Buffer.from(JSON.stringify(message)), TEXT_FRAME));
  for (const socket of topics.get(event.deploymentId) ?? []) socket._socket.write(frame);
});

function converse(socket) {
  let subscribers;
  socket.on('message', (text) => {
    const { type, payload } = JSON.parse(text);
    if (type === 'connection_init') {
      try {
        credentialOf(payload.authorization);
      } catch {
        return socket.close(4403);
      }
      return socket.send('{"type":"connection_ack"}');
    }
    if (type !== 'subscribe') return;
    const topic = payload.variables.id;
    if (!topics.has(topic)) topics.set(topic, new Set());
    subscribers = topics.get(topic).add(socket);
  });
  socket.on('close', () => subscribers?.delete(socket));
  socket.on('error', () => socket.terminate());
}

const server = http.createServer((_request, response) => response.writeHead(404).end());
const sockets = new WebSocketServer({
  server,
  perMessageDeflate: false,
  handleProtocols: () => 'graphql-transport-ws',
});
sockets.on('connection', converse);
server.listen(listening, isReady);
