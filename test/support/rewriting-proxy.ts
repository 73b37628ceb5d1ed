import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

// biome-ignore lint/suspicious/noExplicitAny: rewrites reach into answers of any shape.
export type Json = any;

/** One exchange: what was asked, and the answer, which a rewrite may change. */
export interface Exchange {
  method: string;
  /** With the query. */
  path: string;
  asked: Json;
  status: number;
  headers: Record<string, string>;
  /** The answer's JSON; a text replaces the whole body. */
  json: Json;
}

export type Rewrite = (exchange: Exchange) => void;

/** Passes requests on to a server, and changes its answers. */
export interface RewritingProxy extends AsyncDisposable {
  url: string;
  /** In place of the rewrite before. */
  rewrite(rewrite: Rewrite): void;
  /** Requests so far, as `POST /api/v2/agents/list`. */
  requests: string[];
}

export async function startRewritingProxy(targetUrl: string): Promise<RewritingProxy> {
  let rewrite: Rewrite = () => undefined;
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = 'GET', url: path = '/' } = request;
    requests.push(`${method} ${path}`);
    const answer = await fetch(`${targetUrl}${path}`, {
      method,
      headers: passedOn(request.headers),
      ...(body === '' ? {} : { body }),
      redirect: 'manual',
    });
    const text = await answer.text();
    const exchange: Exchange = {
      method,
      path,
      asked: body === '' ? undefined : JSON.parse(body),
      status: answer.status,
      headers: { 'content-type': 'application/json', date: answer.headers.get('date') ?? '' },
      json: text.startsWith('{') ? JSON.parse(text) : text,
    };
    rewrite(exchange);
    const { status, headers, json } = exchange;
    response.writeHead(status, headers).end(typeof json === 'string' ? json : JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rewrite(next) {
      rewrite = next;
    },
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const names = ['authorization', 'timestamp', 'content-type', 'user-agent'];
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])));
}
