import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../../../errors.ts';
import { type ConsolePage, type Encoding, openConsolePage, type PageFacts, type PageFile } from './page.ts';

export interface ConsoleOptions {
  facts: Omit<PageFacts, 'prefix'>;
  /** Opens the built page. @default that of `packages/console` */
  openPage?: () => Promise<ConsolePage | undefined>;
}

/** The page loads its own files only, and runs no script and no style of its HTML. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The name of a file has a hash of its content. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * Serves the console: its HTML at `/console` and all paths of its views, its files below `/console/assets`, and a redirect at
 * `/`. A checkout whose page was not built has none of them, and says so in the log.
 */
export async function consolePage(app: FastifyInstance, options: ConsoleOptions): Promise<void> {
  const page = await (options.openPage ?? openConsolePage)();
  if (page === undefined) {
    app.log.info('the console is not built, so /console is not there: npm run build:console');
    return;
  }
  const prefix = (): string => new URL(app.publicUrl()).pathname.replace(/\/$/, '');

  const sendHtml = async (request: FastifyRequest, reply: FastifyReply) => {
    const html = await page.html({ prefix: prefix(), ...options.facts });
    reply.header('content-security-policy', POLICY).header('cache-control', 'no-cache');
    return send(html, request, reply);
  };

  app.get('/', async (_request, reply) => reply.redirect(`${prefix()}/console`, 302));
  app.get('/console', sendHtml);
  app.get<{ Params: { '*': string } }>('/console/*', async (request, reply) => {
    // A view has no file name directly below /console: `/console/robots.txt` is a file that does not exist.
    if (/^[^/]+\.[^/]+$/.test(request.params['*'])) throw notFound('Route');
    return sendHtml(request, reply);
  });
  app.get<{ Params: { '*': string } }>('/console/assets/*', async (request, reply) => {
    const file = await page.asset(request.params['*']);
    if (file === undefined) throw notFound('Route');
    reply.header('cache-control', FOREVER);
    return send(file, request, reply);
  });
}

function send({ type, etag, bodies }: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('etag', etag).header('vary', 'accept-encoding');
  if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
  const encoding = chooseEncoding(request.headers['accept-encoding'], bodies);
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(type).send(bodies[encoding]);
}

/** The smallest that the client takes; one that says `q=0` does not take it. */
function chooseEncoding(accepted = '', bodies: PageFile['bodies']): Encoding {
  const taken = accepted
    .split(',')
    .map((part) => part.trim().split(';'))
    .filter(([, quality = '']) => !/^\s*q=0(\.0*)?$/.test(quality))
    .map(([name]) => name);
  const both = ['br', 'gzip'] as const;
  return both.find((one) => taken.includes(one) && bodies[one] !== undefined) ?? 'identity';
}
