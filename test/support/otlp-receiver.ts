import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it was sent, with its attributes as an object. */
export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  /** As OTLP numbers them: 1 internal, 2 server, 3 client, 4 producer. */
  kind: number;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  /** 2 for an error. */
  status: number;
}

/** A collector of traces: OTLP over HTTP, as JSON. */
export interface OtlpReceiver extends AsyncDisposable {
  url: string;
  spans: ReceivedSpan[];
  resources: Record<string, unknown>[];
  /** The path and the headers of each request. */
  requests: { path: string | undefined; headers: Record<string, unknown> }[];
  /** Whether to answer 400 from now on: a collector that will never take what it got. */
  refuse(isRefusing: boolean): void;
  /** Everything that was sent, as text. */
  text(): string;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Sent {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (ReceivedSpan & { attributes: Attribute[]; status: { code?: number } })[] }[];
  }[];
}

function toObject(attributes: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const resources: OtlpReceiver['resources'] = [];
  const requests: OtlpReceiver['requests'] = [];
  const bodies: string[] = [];
  let isRefusing = false;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    bodies.push(body);
    requests.push({ path: request.url, headers: request.headers });
    for (const { resource, scopeSpans } of (JSON.parse(body) as Sent).resourceSpans) {
      resources.push(toObject(resource.attributes));
      for (const span of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({
          ...span,
          attributes: toObject(span.attributes),
          links: span.links ?? [],
          status: span.status.code ?? 0,
        });
    }
    response.statusCode = isRefusing ? 400 : 200;
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    resources,
    requests,
    refuse(whether) {
      isRefusing = whether;
    },
    text: () => bodies.join('\n'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
