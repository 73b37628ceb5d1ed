import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A JSON object of an upstream. */
export type Recorded = Record<string, unknown>;

/** An HTTP proxy before a simulator that keeps what it answered. */
export interface RecordingProxy extends AsyncDisposable {
  /** The same URL through the proxy. */
  url: string;
  /** The last answer to a path, as `/agents/read`. @throws Error when there was none */
  lastAnswer(path: string): Recorded;
  /** The last answer to a method and a path that matches. @throws Error when there was none */
  lastMatching(method: string, path: RegExp): Recorded;
  /** The names of all headers that came, in lower case. */
  headerNames: Set<string>;
}

/** Opens a proxy to the base URL of a service. */
export async function recordingProxy(target: string): Promise<RecordingProxy> {
  const base = new URL(target);
  const prefix = base.pathname.replace(/\/$/, '');
  const headerNames = new Set<string>();
  const answers = new Map<string, Recorded>();
  const all: { method: string; path: string; answer: Recorded }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _host, connection: _connection, ...headers } = request.headers;
    for (const name of Object.keys(headers)) headerNames.add(name);
    const answer = await fetch(`${base.origin}${request.url}`, {
      method: request.method ?? 'POST',
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    const path = `${request.url}`.slice(prefix.length);
    answers.set(path, JSON.parse(text));
    all.push({ method: `${request.method}`, path, answer: JSON.parse(text) });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    lastAnswer(path) {
      const answer = answers.get(path);
      if (answer === undefined) throw new Error(`nothing was answered to ${path}`);
      return answer;
    },
    lastMatching(method, path) {
      const found = all.findLast((one) => one.method === method && path.test(one.path));
      if (found === undefined) throw new Error(`nothing was answered to ${method} ${path}`);
      return found.answer;
    },
    headerNames,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
