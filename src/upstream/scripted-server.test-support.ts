import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Answers one request, or breaks the connection. */
export type Reply = (response: ServerResponse, request: SeenRequest) => void;

/** An upstream that answers by a script; for tests only. */
export interface ScriptedServer {
  url: string;
  requests: SeenRequest[];
  /** One reply for each request, in order; the last one repeats. */
  script(...replies: Reply[]): void;
  /** Connections that were opened in all. */
  connections(): number;
  close(): Promise<void>;
}

/** A JSON reply. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(value));
}

/** A reply of any text. */
export function text(body: string | Buffer, status = 200, headers: Record<string, string> = {}): Reply {
  return (response) => void response.writeHead(status, headers).end(body);
}

/** Reads the request, then cuts the connection. */
export const reset: Reply = (response) => void response.socket?.destroy();

/** Never answers. */
export const hang: Reply = () => undefined;

/** Sends headers and a part of the body, then nothing more. */
export const drip: Reply = (response) => void response.writeHead(200).write('{"success":');

/** Starts the server on a free port of the loopback. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  let replies: Reply[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    requests.push(seen);
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    reply?.(response, seen);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (...next) => {
      replies = next;
    },
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
