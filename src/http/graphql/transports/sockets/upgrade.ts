import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { isTrustedOrigin } from '../../../plugins/csrf.ts';
import type { Sockets } from './server.ts';

/** Lets connections to `/graphql` become sockets; a browser's page must be one of ours. */
export function acceptUpgrades(
  app: FastifyInstance,
  sockets: Sockets,
  { corsOrigins, drainMs }: { corsOrigins: readonly string[]; drainMs: number },
): void {
  let isDraining = false;
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node no longer listens here: a peer that is gone before its answer would otherwise end the process.
    socket.on('error', () => socket.destroy());
    const [path] = (request.url ?? '').split('?');
    if (path !== '/graphql') return refuse(socket, 404);
    if (isDraining) return refuse(socket, 503);
    if (!isOwnOrigin(request, corsOrigins)) return refuse(socket, 403);
    sockets.server.handleUpgrade(request, socket, head, (opened) => {
      sockets.server.emit('connection', opened, request);
    });
  });
  app.addHook('preClose', async () => {
    isDraining = true;
    await sockets.registry.drain(drainMs);
    // Whoever has not introduced himself yet goes too.
    for (const client of sockets.server.clients) client.close(1001, 'Going away');
  });
}

/** No `Origin` means no browser. Browsers cannot forge theirs, so another site's page gets no socket. */
function isOwnOrigin({ headers }: IncomingMessage, corsOrigins: readonly string[]): boolean {
  const { origin, host } = headers;
  return origin === undefined || isTrustedOrigin(origin, host, corsOrigins);
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
