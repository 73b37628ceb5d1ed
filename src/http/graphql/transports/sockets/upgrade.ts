import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { isTrustedOrigin } from '../../../plugins/csrf.ts';
import type { Sockets } from './server.ts';

/** Upgrades connections to `/graphql`. A request of a browser must come from a page of a trusted origin. */
export function acceptUpgrades(
  app: FastifyInstance,
  sockets: Sockets,
  { corsOrigins, drainMs }: { corsOrigins: readonly string[]; drainMs: number },
): void {
  let isDraining = false;
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node removes its own error listener on upgrade; an error without a listener would end the process.
    socket.on('error', () => socket.destroy());
    const [path] = (request.url ?? '').split('?');
    if (path !== '/graphql') return rejectUpgrade(socket, 404);
    if (isDraining) return rejectUpgrade(socket, 503);
    if (!hasTrustedOrigin(request, corsOrigins)) return rejectUpgrade(socket, 403);
    sockets.server.handleUpgrade(request, socket, head, (opened) => {
      sockets.server.emit('connection', opened, request);
    });
  });
  app.addHook('preClose', async () => {
    isDraining = true;
    sockets.closeUnregistered();
    // Not waited for: the port closes now, and the server has closed when all connections have.
    void sockets.registry.drain(drainMs);
  });
}

/** True without an `Origin`: the client is not a browser. Pages cannot set their `Origin` themselves. */
function hasTrustedOrigin({ headers }: IncomingMessage, corsOrigins: readonly string[]): boolean {
  const { origin, host } = headers;
  return origin === undefined || isTrustedOrigin(origin, host, corsOrigins);
}

function rejectUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
