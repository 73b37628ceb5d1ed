import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One address in front of all replicas. */
export interface Balancer {
  url: string;
  close(): Promise<void>;
}

/**
 * Passes each new connection to the next replica that accepts it. A frozen replica does, because its kernel accepts. The
 * balancer works on TCP: when a replica dies, its connections break.
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let next = 0;

  const server = createServer(async (client) => {
    keep(client);
    const replica = await firstThatAccepts();
    if (replica === undefined || client.destroyed) {
      replica?.destroy();
      client.resetAndDestroy();
      return;
    }
    keep(replica);
    client.once('close', () => replica.destroy());
    replica.once('close', () => client.destroy());
    client.pipe(replica).pipe(client);
  });

  /** Skips replicas that refuse or do not accept within a second. */
  const firstThatAccepts = async (): Promise<Socket | undefined> => {
    const first = next++;
    for (const offset of ports.keys()) {
      const socket = connect(ports[(first + offset) % ports.length] as number, '127.0.0.1');
      try {
        await once(socket, 'connect', { signal: AbortSignal.timeout(1_000) });
        return socket;
      } catch {
        socket.destroy();
      }
    }
    return undefined;
  };

  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.setNoDelay(true);
    // Broken connections are expected here; `close` handles them.
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
