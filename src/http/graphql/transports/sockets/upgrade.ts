import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { AddressOf } from '../../../live/client-address.ts';
import { requestIdOf } from '../../../plugins/request-log.ts';
import { takeOfAddress } from '../../../plugins/request-rate.ts';
import type { Sockets } from './server.ts';
import { createStrangers } from './strangers.ts';
import type { UpgradeSessions } from './upgrade-session.ts';

interface UpgradeOptions {
  upgradeSessions: UpgradeSessions;
  addressOf: AddressOf;
  drainMs: number;
  /** True where the address of a connection is that of a proxy. */
  isBehindProxy: boolean;
}

/** Upgrades connections to `/graphql`. A request of a browser must come from a page of a trusted origin. */
export function acceptUpgrades(
  app: FastifyInstance,
  sockets: Sockets,
  { upgradeSessions, addressOf, drainMs, isBehindProxy }: UpgradeOptions,
): void {
  const strangers = createStrangers();
  let isDraining = false;
  /** An upgrade with a token is counted against its user when the client introduces itself. */
  const isOverRate = (request: IncomingMessage): boolean => {
    if (request.headers.authorization !== undefined) return false;
    try {
      takeOfAddress(app.requestRate, addressOf(request));
      return false;
    } catch {
      return true;
    }
  };
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node removes its own error listener on upgrade; an error without a listener would end the process.
    socket.on('error', () => socket.destroy());
    const [path] = (request.url ?? '').split('?');
    if (path !== '/graphql') return rejectUpgrade(request, socket, 404);
    if (isDraining) return rejectUpgrade(request, socket, 503);
    if (isOverRate(request)) return rejectUpgrade(request, socket, 429);
    if (!hasTrustedOrigin(app, request)) return rejectUpgrade(request, socket, 403);
    const introduced = strangers.admit(isBehindProxy ? undefined : request.socket.remoteAddress);
    if (typeof introduced === 'number') return rejectUpgrade(request, socket, introduced);
    socket.once('close', introduced);
    void upgradeSessions.open(request).then(() => {
      if (isDraining) return rejectUpgrade(request, socket, 503, upgradeSessions.newCookies(request));
      sockets.server.handleUpgrade(request, socket, head, (opened) => {
        sockets.server.emit('connection', opened, request, introduced);
      });
    });
  });
  sockets.server.on('headers', (headers, request) => {
    headers.push(`x-request-id: ${requestIdOf(request)}`);
    for (const cookie of upgradeSessions.newCookies(request)) headers.push(`set-cookie: ${cookie}`);
  });
  app.addHook('preClose', async () => {
    isDraining = true;
    sockets.closeUnregistered();
    // Not waited for: the port closes now, and the server has closed when all connections have.
    void sockets.registry.drain(drainMs);
  });
}

/** True without an `Origin`: the client is not a browser. Pages cannot set their `Origin` themselves. */
function hasTrustedOrigin({ trustedOrigins }: FastifyInstance, { headers }: IncomingMessage): boolean {
  return headers.origin === undefined || trustedOrigins.has(headers.origin);
}

function rejectUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  status: number,
  cookies: readonly string[] = [],
): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `x-request-id: ${requestIdOf(request)}`,
    'connection: close',
    'content-length: 0',
    ...cookies.map((cookie) => `set-cookie: ${cookie}`),
    ...(status === 429 || status === 503 ? ['retry-after: 1'] : []),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n`);
}
