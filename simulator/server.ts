import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { createCallLog } from './calls.ts';
import type { SimulatorClock } from './clock.ts';
import { createControl, sharedControl } from './control-routes.ts';
import { deliver } from './deliver.ts';
import { type createFaultQueue, performs } from './fault-queue.ts';
import { type Delivery, plainly, spoil } from './spoil.ts';
import { htmlPage, type Upstream, type UpstreamRequest } from './upstream.ts';

const CONTROL_PREFIX = '/_sim';
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

export interface ServerParts {
  upstreams: Upstream[];
  clock: SimulatorClock;
  faults: ReturnType<typeof createFaultQueue>;
  calls: ReturnType<typeof createCallLog>;
}

/** Creates the HTTP server of all upstreams; it does not listen yet. */
export function createSimulatorServer({ upstreams, clock, faults, calls }: ServerParts): Server {
  const control = createControl(
    sharedControl({ clock, faults, calls }),
    ...upstreams.map((upstream) => upstream.control),
  );

  const exchange = (upstream: Upstream, request: UpstreamRequest): Delivery => {
    const userId = upstream.claimedUser(request.headers);
    const operation = upstream.operationOf?.(request);
    const { method, path, query } = request;
    const fault = faults.take({ upstream: upstream.name, method, path, userId, operation });
    // Determined before the operation, which may delete the object that the body names.
    const organizationId = upstream.organizationOf(request);
    const answer = !fault || performs(fault) ? upstream.answer(request) : undefined;
    const delivery = fault ? spoilt(upstream, request, fault, answer) : plainly(answer ?? { status: 500 });
    const unanswered = delivery.manner.kind === 'hang' || delivery.manner.kind === 'reset';
    calls.record({
      at: clock.now(),
      method,
      path,
      ...(query.size > 0 && { query: Object.fromEntries(query) }),
      ...(operation !== undefined && { operation }),
      userId,
      organizationId,
      timestamp: header(request.headers.timestamp),
      body: request.body,
      status: unanswered ? 0 : delivery.status,
      ...(fault && { fault: fault.kind }),
    });
    return delivery;
  };

  const respond = async (incoming: IncomingMessage, response: ServerResponse) => {
    const method = incoming.method ?? 'GET';
    // Real clients send `/api/v2//agents/...` (docs/upstream/quantconnect.md, Transport).
    const [rawPath = '/', rawQuery] = (incoming.url ?? '/').split(/\?(.*)/s);
    const path = rawPath.replace(/\/{2,}/g, '/');
    const body = await readBody(incoming);
    if (path.startsWith(`${CONTROL_PREFIX}/`)) {
      const answer = control(method, path.slice(CONTROL_PREFIX.length), body);
      return deliver(response, plainly(answer), clock);
    }
    const upstream = upstreams.find(({ basePath }) => path === basePath || path.startsWith(`${basePath}/`));
    if (!upstream) return deliver(response, plainly(htmlPage(404, 'Not Found')), clock);
    const request = {
      method,
      path: path.slice(upstream.basePath.length),
      query: new URLSearchParams(rawQuery),
      headers: incoming.headers,
      body,
    };
    return deliver(response, exchange(upstream, request), clock);
  };

  // Longer than clients keep their sockets, so that no request is sent on a socket that closes.
  return createServer({ keepAliveTimeout: 120_000 }, (incoming, response) => {
    respond(incoming, response).catch((error: Error) => {
      // A disconnected client is normal. Any other error is a bug of the simulator and must not look like a fault.
      if (!incoming.errored) process.emitWarning(error);
      response.destroy();
    });
  });
}

function spoilt(
  upstream: Upstream,
  request: UpstreamRequest,
  fault: Parameters<typeof performs>[0],
  answer: ReturnType<Upstream['answer']> | undefined,
): Delivery {
  const own = upstream.spoil(fault, request, answer);
  return own ? plainly(own) : spoil(fault, answer);
}

function header(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw new RangeError('the body is too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
