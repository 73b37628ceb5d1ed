/**
 * The link with which `npm run dev` signs a browser in. A server of its own, on another port of the loopback, signs the user in
 * by the gateway's API, hands the browser the session cookies (cookies belong to a host, whatever the port), and leads on to
 * the console. The gateway has nothing of it. The path is random, so that no other page can lead a browser there.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DevSignIn {
  /** Each time it is opened, it begins a session. */
  link: string;
  close(): void;
}

/** @param gatewayUrl with the host by which the browser knows the gateway */
export async function serveSignIn(
  gatewayUrl: string,
  user: { email: string; password: string },
): Promise<DevSignIn> {
  const { hostname } = new URL(gatewayUrl);
  const path = `/sign-in/${randomBytes(16).toString('base64url')}`;
  const server = createServer(async (request, response) => {
    if (request.url !== path || request.method !== 'GET') return response.writeHead(404).end();
    try {
      const answer = await fetch(`${gatewayUrl}/v1/auth/login`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': request.headers['user-agent'] ?? 'npm run dev',
        },
        body: JSON.stringify({ ...user, session: 'cookie' }),
      });
      if (!answer.ok) return response.writeHead(502).end(await answer.text());
      response.setHeader('set-cookie', answer.headers.getSetCookie());
      response.setHeader('cache-control', 'no-store');
      response.writeHead(303, { location: `${gatewayUrl}/console` }).end();
    } catch (error) {
      // The gateway restarts after a change of its source.
      response.writeHead(502).end(`The gateway does not answer: ${String(error)}\n`);
    }
  });
  await once(server.listen(0, hostname), 'listening');
  // The process ends with the gateway, not with this server.
  server.unref();
  return {
    link: `http://${hostname}:${(server.address() as AddressInfo).port}${path}`,
    close: () => server.close(),
  };
}
