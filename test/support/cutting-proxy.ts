import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createRandom } from '../../simulator/random.ts';

/** A TCP proxy that cuts connections in the middle of what the server says. */
export interface CuttingProxy extends AsyncDisposable {
  /** Where it listens; the origin of pages that are opened through it. */
  origin: string;
  /** Cuts made so far. */
  cuts(): number;
  /**
   * From now on each connection is cut after a random number of bytes from the server, those that are open too.
   * @param most how many cuts are made
   * @param longest the largest number of bytes that a connection lives for
   */
  startCutting(most: number, longest: number): void;
}

/** Opens a proxy to the server at a port of this machine. @param seed gives the places of the cuts */
export async function cuttingProxy(port: number, seed: number): Promise<CuttingProxy> {
  const random = createRandom(seed);
  const open = new Set<() => void>();
  let cuts = 0;
  let most = 0;
  let longest = 0;

  const server = createServer((client) => {
    const remote = connect({ host: '127.0.0.1', port });
    const sockets: readonly Socket[] = [client, remote];
    let left = Number.POSITIVE_INFINITY;
    const limit = (): void => {
      left = cuts < most ? Math.floor(random.next() * longest) : Number.POSITIVE_INFINITY;
    };
    limit();
    open.add(limit);
    client.on('data', (chunk) => remote.write(chunk));
    remote.on('data', (chunk) => {
      if (chunk.length <= left || cuts >= most) {
        left -= chunk.length;
        client.write(chunk);
        return;
      }
      cuts += 1;
      // The client gets the bytes before the cut.
      client.end(chunk.subarray(0, left < headLength(chunk) ? 0 : left));
      remote.destroy();
    });
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(limit);
        client.destroy();
        remote.destroy();
      });
    }
  });
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });

  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    startCutting(count, bytes) {
      most = cuts + count;
      longest = bytes;
      for (const limit of open) limit();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

/**
 * The length of the head of an answer that begins with this chunk. Chromium takes a head that was cut for a whole one, unless it
 * comes over TLS: none is cut here.
 */
function headLength(chunk: Buffer): number {
  return chunk.toString('latin1', 0, 5) === 'HTTP/' ? chunk.indexOf('\r\n\r\n') + 4 : 0;
}
