import type { IncomingHttpHeaders } from 'node:http';
import type { Fault, UpstreamName } from './faults.ts';

/** A request as an upstream gets it, with the path below its base and the whole body. */
export interface UpstreamRequest {
  method: string;
  /** Without the base path and without repeated slashes. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The parsed body; `undefined` when there was none, the raw text when it was not JSON. */
  body: unknown;
}

/** An answer before it is sent: `json` may be rewritten by faults, `text` is sent unchanged. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  json?: Record<string, unknown>;
  text?: string;
}

export type ControlHandler = (input: { body: unknown; params: Record<string, string> }) => unknown;
/** Handlers by route, as `POST /tasks/:id/script`. The result of a handler is sent as JSON. */
export type ControlRoutes = Record<string, ControlHandler>;

/** One simulated service. All services share the server, the faults and the call log. */
export interface Upstream {
  name: UpstreamName;
  /** `/api/v2` */
  basePath: string;
  /** The user that a request names, for the call log and for fault rules. */
  claimedUser(headers: IncomingHttpHeaders): string | null;
  organizationOf(request: UpstreamRequest): string | null;
  /** The vendor's name of the operation, where one path serves several operations. */
  operationOf?(request: UpstreamRequest): string | undefined;
  answer(request: UpstreamRequest): Answer;
  /** Applies a fault of this service alone; `undefined` when the fault is not one of its own. */
  spoil(fault: Fault, request: UpstreamRequest, performed: Answer | undefined): Answer | undefined;
  control: ControlRoutes;
}

/** The 404 of a web server. */
export function htmlPage(status: number, title: string): Answer {
  const page = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, text: page };
}
