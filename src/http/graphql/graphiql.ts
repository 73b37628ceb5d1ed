import { randomBytes } from 'node:crypto';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { FastifyInstance } from 'fastify';

/** What the page may do beyond the gateway's own policy: run its one script, and its workers. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' blob:`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    'worker-src blob:',
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The page's one script; the same letters inside it are text and stay as they are. */
const SCRIPT_TAG = /(?<=<div id="root"><\/div>\s*)<script>/;

/** GraphiQL in one page that needs no other host. It has no token of its own: the reader puts one into the headers. */
export async function graphiqlPage(app: FastifyInstance): Promise<void> {
  const page = renderGraphiQL({
    title: 'Quantgate GraphiQL',
    endpoint: '/graphql',
    // The page's sockets hand over no token; its event streams send the headers the reader has typed in.
    subscriptionsProtocol: 'SSE',
    headers: JSON.stringify({ authorization: 'Bearer <access token>' }, null, 2),
    shouldPersistHeaders: false,
  });
  app.get('/graphiql', async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy(nonce))
      .send(page.replace(SCRIPT_TAG, (tag) => `${tag.slice(0, -1)} nonce="${nonce}">`));
  });
}
