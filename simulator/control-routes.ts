import type { CallLog } from './calls.ts';
import type { SimulatorClock } from './clock.ts';
import type { FaultQueue, FaultRule } from './faults.ts';
import type { Answer, ControlHandler, ControlRoutes } from './upstream.ts';

/** The JSON object of a control request. */
export function objectIn(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw new TypeError('a JSON object is expected');
}

/** Control of the parts that all upstreams share: clock, faults, call log. */
export function sharedControl(deps: {
  clock: SimulatorClock;
  faults: FaultQueue;
  calls: CallLog;
}): ControlRoutes {
  const { clock, faults, calls } = deps;
  const time = () => ({ nowMs: clock.now(), wallMs: clock.wall() });

  return {
    'GET /health': () => ({ status: 'ok' }),
    'GET /clock': time,
    'POST /clock/advance': ({ body }) => {
      clock.advance(Number(objectIn(body).ms));
      return time();
    },
    'POST /clock/skew': ({ body }) => {
      clock.setSkew(Number(objectIn(body).ms));
      return time();
    },
    'GET /faults': () => ({ faults: faults.pending() }),
    'POST /faults': ({ body }) => {
      const rules = (Array.isArray(body) ? body : [body]).map(objectIn) as unknown as FaultRule[];
      if (rules.some(({ kind }) => typeof kind !== 'string')) throw new TypeError('a fault has a kind');
      faults.add(...rules);
      return { faults: faults.pending() };
    },
    'DELETE /faults': () => {
      faults.clear();
      return { faults: [] };
    },
    'GET /calls': () => ({ ...calls.counts(), calls: calls.all() }),
    'GET /calls/counts': () => calls.counts(),
    'DELETE /calls': () => {
      calls.reset();
      return calls.counts();
    },
  };
}

interface Route {
  method: string;
  segments: string[];
  handle: ControlHandler;
}

/** Creates the function that answers `/_sim` requests; it gets `path` without that prefix. */
export function createControl(...tables: ControlRoutes[]) {
  const routes: Route[] = tables.flatMap(Object.entries).map(([key, handle]) => {
    const [method = '', path = ''] = key.split(' ');
    return { method, segments: path.split('/'), handle: handle as ControlHandler };
  });

  const bind = (route: Route, method: string, segments: string[]) => {
    if (route.method !== method || route.segments.length !== segments.length) return undefined;
    const params: Record<string, string> = {};
    for (const [i, pattern] of route.segments.entries()) {
      const segment = segments[i] ?? '';
      if (pattern.startsWith(':')) params[pattern.slice(1)] = decodeURIComponent(segment);
      else if (pattern !== segment) return undefined;
    }
    return params;
  };

  return (method: string, path: string, body: unknown): Answer => {
    for (const route of routes) {
      const params = bind(route, method, path.split('/'));
      if (!params) continue;
      try {
        return { status: 200, json: { ...objectIn(route.handle({ body, params }) ?? {}) } };
      } catch (error) {
        return { status: 400, json: { error: error instanceof Error ? error.message : String(error) } };
      }
    }
    return { status: 404, json: { error: `no control route ${method} ${path}` } };
  };
}
