import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** The Content-Security-Policy of the page: beside the gateway's own, it allows one script, styles and workers. */
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

/** The tag of the page's script. Its code contains the same text, which must not be changed. */
const SCRIPT_TAG = /(?<=<div id="root"><\/div>\s*)<script>/;

/** Loaded with the first request: the page is 9 MB of JavaScript, a quarter of the time of a start. */
async function renderPage(): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    title: 'Quantgate GraphiQL',
    endpoint: '/graphql',
    // Over WebSocket the page sends no token; over event streams it sends the entered headers.
    subscriptionsProtocol: 'SSE',
    headers: JSON.stringify({ authorization: 'Bearer <access token>' }, null, 2),
    shouldPersistHeaders: false,
  });
}

/** Serves GraphiQL as one page that loads nothing from other hosts. The user enters a token in its headers panel. */
export async function graphiqlPage(app: FastifyInstance): Promise<void> {
  let page: Promise<string> | undefined;
  app.get('/graphiql', async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    page ??= renderPage();
    const html = (await page).replace(SCRIPT_TAG, (tag) => `${tag.slice(0, -1)} nonce="${nonce}">`);
    return reply.type('text/html; charset=utf-8').header('content-security-policy', policy(nonce)).send(html);
  });
}
