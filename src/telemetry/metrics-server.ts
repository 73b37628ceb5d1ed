import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { urlOfServer } from '../lib/net/public-url.ts';
import { createSingleFlight } from '../lib/single-flight.ts';
import type { MetricsRegistry } from './metrics.ts';

/** The listener that a monitor scrapes. It is not the one of clients, so that metrics are not published with them. */
export interface MetricsServer {
  /** `http://HOST:PORT/metrics` */
  url: string;
  close(): Promise<void>;
}

/** A scrape that takes longer is ended, and so is a client that sends nothing. */
const TIMEOUT_MS = 10_000;

/** Monitors of one process; more connections are closed at once. */
const MAX_CONNECTIONS = 50;

/** Serves `GET /metrics`. @throws the error of Node when the port cannot be listened on */
export async function serveMetrics(
  { render, contentType }: Pick<MetricsRegistry, 'render' | 'contentType'>,
  { host, port }: { host: string; port: number },
): Promise<MetricsServer> {
  const scrapes = createSingleFlight();

  const answer = async ({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (url.split('?', 1)[0] !== '/metrics') return void response.writeHead(404).end();
    if (method !== 'GET' && method !== 'HEAD')
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    // Monitors that ask at once get the same text.
    const text = await scrapes.run('', '', render);
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? undefined : text);
  };

  const server = createServer(
    { requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS },
    (request, response) => {
      answer(request, response).catch(() => response.writeHead(500).end());
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(TIMEOUT_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port: used } = server.address() as AddressInfo;
  return {
    url: `${urlOfServer(host, used)}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
