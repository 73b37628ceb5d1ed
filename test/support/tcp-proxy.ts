import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that a test can interrupt. */
export interface TcpProxy extends AsyncDisposable {
  /** The same URL through the proxy. */
  url: string;
  /** Ends every connection and refuses new ones. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  /** Keeps connections and accepts new ones, but forwards nothing: a server that hangs. */
  fallSilent(): void;
  /** Forwards requests and, from the first one that holds `text` on, no answers. */
  loseAnswersFrom(text: string): void;
  /** Forwards again; data sent in between is lost. */
  speakAgain(): void;
}

/** Opens a proxy to the server of a URL. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const url = new URL(target);
  const upstream = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let isSilent = false;
  let isMute = false;
  let muteFrom: string | undefined;

  const server = createServer((client) => {
    const remote = connect(upstream);
    for (const [from, to, isLost] of [
      [client, remote, () => isSilent],
      [remote, client, () => isSilent || isMute],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (muteFrom !== undefined && from === client && chunk.includes(muteFrom)) isMute = true;
        if (!isLost()) to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });

  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const goAway = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    goAway,
    comeBack: () => listen(port),
    fallSilent: () => {
      isSilent = true;
    },
    loseAnswersFrom: (text) => {
      muteFrom = text;
    },
    speakAgain: () => {
      isSilent = false;
      isMute = false;
      muteFrom = undefined;
    },
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await goAway();
    },
  };
}
