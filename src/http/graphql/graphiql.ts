import { createHash, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { readPageFiles } from '../pages/files.ts';
import { EXAMPLES } from './graphiql-examples.ts';

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

const TITLE = 'Quantgate GraphQL';

/**
 * The look of the page around GraphiQL; the bar has the name already. Without the rule for tabs one jumps aside when it is
 * pressed first, and the click misses it.
 */
const CSS = `
  html, body { height: 100%; margin: 0; }
  body { display: flex; flex-direction: column; }
  #root { flex: 1; min-height: 0; }
  #root .graphiql-container { height: 100%; }
  #root .graphiql-tab { transform: none !important; }
  #root > p { font: 16px / 1.5 system-ui, sans-serif; margin: 15vh auto; text-align: center; }
  #root .graphiql-logo { display: none; }
`;

/** The options of GraphiQL as it runs in the page; a session by cookie needs the header (docs/guide/people.md, Browsers). */
const OPTIONS = {
  title: TITLE,
  endpoint: 'graphql',
  // Event streams carry the header and the cookies as every request does.
  subscriptionsProtocol: 'SSE',
  additionalHeaders: { 'x-csrf': '1' },
  shouldPersistHeaders: false,
  defaultTabs: EXAMPLES.map(({ query, variables }) => ({
    query,
    variables: variables && JSON.stringify(variables, null, 2),
  })),
};

/** Text that may stand in a `<script>`: it cannot end it. */
function toScriptText(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** The page, and the script that it loads. */
interface GraphiqlFiles {
  page: (nonce: string) => string;
  script: string;
  /** Another one for another script: the browser keeps the file of an address for good. */
  version: string;
}

/** Rendered with the first request: it is 9 MB of JavaScript, a quarter of the time of a start. */
async function renderFiles(): Promise<GraphiqlFiles> {
  const [graphiql, files] = await Promise.all([
    import('@graphql-yoga/render-graphiql/graphiql'),
    readPageFiles(),
  ]);
  const { editorWorkerService, jsonWorker, graphqlWorker } = graphiql;
  const workers = { editorWorkerService, json: jsonWorker, graphql: graphqlWorker };
  const icon = `data:image/svg+xml;base64,${Buffer.from(files.logo).toString('base64')}`;
  const head = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${TITLE}</title>
<link rel="icon" href="${icon}">
<style>${graphiql.css}</style>
<style>${files.css}${CSS}</style>
</head>
<body>
<div id="root"><p>Sign in to read the schema and to run operations.</p></div>
`;
  const script = `
const workers = ${toScriptText(workers)};
const urls = Object.fromEntries(
  Object.entries(workers).map(([label, code]) =>
    [label, URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))]),
);
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => urls[label] };
${graphiql.js};
${files.script}
window.whenSignedIn.then(() => {
  const root = document.querySelector('#root');
  root.replaceChildren();
  YogaGraphiQL.renderYogaGraphiQL(root, ${toScriptText(OPTIONS)});
});
`;
  const version = createHash('sha256').update(script).digest('base64url');
  const page = (nonce: string) =>
    `${head}<script nonce="${nonce}" src="graphiql/script.js?v=${version}"></script>\n</body>\n</html>\n`;
  return { page, script, version };
}

/** Serves GraphiQL as a page that loads nothing from other hosts. The user signs in by cookie in its bar. */
export async function graphiqlPage(app: FastifyInstance): Promise<void> {
  let rendering: ReturnType<typeof renderFiles> | undefined;
  const render = () => {
    rendering ??= renderFiles();
    return rendering;
  };

  app.get('/graphiql', async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    const html = (await render()).page(nonce);
    return reply.type('text/html; charset=utf-8').header('content-security-policy', policy(nonce)).send(html);
  });

  app.get<{ Querystring: { v?: string } }>('/graphiql/script.js', async ({ query }, reply) => {
    const { script, version } = await render();
    // The page may be that of another version of the gateway, while replicas are upgraded.
    if (query.v === version) reply.header('cache-control', 'public, max-age=31536000, immutable');
    return reply.type('text/javascript; charset=utf-8').send(script);
  });
}
