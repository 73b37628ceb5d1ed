import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers in place of the upstream. `right` is the body that the upstream answered. */
export type Reply = (response: ServerResponse, right: string) => void;

/** One address for several upstreams, each chosen by who asks; its answers can be replaced. */
export interface Front extends AsyncDisposable {
  url: string;
  /** Replaces the answers from now on; undefined: passes them on. */
  reply(reply: Reply | undefined): void;
  /** Requests so far. */
  count(): number;
}

const PASSED_ON = ['authorization', 'timestamp', 'content-type', 'user-agent'];

/** @param route the address that a request with this `Authorization` header goes to */
export async function startFront(route: (authorization: string) => string): Promise<Front> {
  let reply: Reply | undefined;
  let count = 0;
  const server = createServer(async (request, response) => {
    count += 1;
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = 'GET', url: path = '/', headers } = request;
    const answer = await fetch(`${route(String(headers.authorization))}${path}`, {
      method,
      headers: Object.fromEntries(
        PASSED_ON.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
      ),
      ...(body !== '' && { body }),
      redirect: 'manual',
    });
    const right = await answer.text();
    response.on('error', () => response.destroy());
    if (reply !== undefined) return reply(response, right);
    response
      .writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'application/json',
        date: answer.headers.get('date') ?? '',
      })
      .end(right);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reply(next) {
      reply = next;
    },
    count: () => count,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
