import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way of one replica's packets to a server. While packets vanish on it, neither end notices. */
export interface PacketPath {
  /** The server's URL by this way. */
  url: string;
  /** From now on nothing arrives, not even the end of a connection. */
  lose(): void;
  /** Packets arrive again: those of earlier connections `late`, as TCP repeats them, or these connections are `reset`. */
  heal(how: 'late' | 'reset'): void;
  close(): Promise<void>;
}

/** Opens a way to the server of a URL. */
export async function openPacketPath(target: string): Promise<PacketPath> {
  const url = new URL(target);
  const upstream = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  /** What has to be done when packets arrive again. */
  const held: (() => void)[] = [];
  let isLosing = false;

  const arrive = (effect: () => void): void => {
    if (isLosing) held.push(effect);
    else effect();
  };

  const forward = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      if (to.write(chunk)) return;
      from.pause();
      to.once('drain', () => arrive(() => from.resume()));
    });
    // A broken connection is also a closed one.
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      arrive(() => to.destroy());
    });
    if (!isLosing) return;
    from.pause();
    held.push(() => from.resume());
  };

  const server = createServer((client) => {
    const remote = connect(upstream);
    forward(client, remote);
    forward(remote, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: url.href,
    lose() {
      isLosing = true;
      for (const socket of sockets) {
        socket.pause();
        held.push(() => socket.resume());
      }
    },
    heal(how) {
      isLosing = false;
      if (how === 'reset') for (const socket of sockets) socket.resetAndDestroy();
      for (const effect of held.splice(0)) effect();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
