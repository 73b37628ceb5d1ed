import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

/** One address in front of all replicas. It sends a request to the next replica that said at its last check that it is ready. */
export interface HttpBalancer extends AsyncDisposable {
  url: string;
  /** Resolves when the replica at this place is taken for ready. */
  ready(index: number): Promise<void>;
}

/** Often enough that a replica is left before its `DRAIN_DELAY` of 2 s is over, also on a busy machine. */
const CHECK_MS = 200;

/** Headers of one connection, which do not go on (RFC 9110, 7.6.1). */
const OF_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'host'];

function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name)));
}

/** Balances HTTP as proxies do: connections are kept, a failed request is not sent again. */
export async function startHttpBalancer(origins: readonly string[]): Promise<HttpBalancer> {
  const replicas = origins.map((origin) => ({ origin, pool: new Pool(origin), isReady: false }));
  const waiting = new Set<() => void>();
  const stopped = new AbortController();
  let next = 0;

  const check = async (replica: (typeof replicas)[number]): Promise<void> => {
    while (!stopped.signal.aborted) {
      const answer = await fetch(`${replica.origin}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(
        () => undefined,
      );
      await answer?.body?.cancel();
      replica.isReady = answer?.status === 200;
      if (replica.isReady) for (const look of waiting) look();
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
    }
  };
  const checks = replicas.map(check);

  const server = createServer(async (request, response) => {
    const open = replicas.filter(({ isReady }) => isReady);
    const replica = open[next++ % Math.max(1, open.length)];
    if (replica === undefined) return response.writeHead(502).end('no replica is ready');
    try {
      const answer = await replica.pool.request({
        method: request.method as 'GET',
        path: `${request.url}`,
        headers: forwarded(request.headers),
        body: request.method === 'GET' ? null : request,
      });
      response.writeHead(answer.statusCode, forwarded(answer.headers));
      answer.body.pipe(response);
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready: (index) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (replicas[index]?.isReady !== true) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      stopped.abort();
      server.closeAllConnections();
      server.close();
      await Promise.all([...checks, ...replicas.map(({ pool }) => pool.destroy())]);
    },
  };
}
