import type { IncomingHttpHeaders } from 'node:http';
import type { Fault, UpstreamName } from './faults.ts';

/** A request as an upstream sees it: its own path, its body read whole. */
export interface UpstreamRequest {
  method: string;
  /** Without the base path and without repeated slashes. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The parsed body; `undefined` when there was none, the raw text when it was not JSON. */
  body: unknown;
}

/** An answer before it meets the wire: `json` is what faults rewrite, `text` is sent as it is. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  json?: Record<string, unknown>;
  text?: string;
}

export type ControlHandler = (input: { body: unknown; params: Record<string, string> }) => unknown;
/** `POST /tasks/:id/script` to its handler; what a handler returns is sent as JSON. */
export type ControlRoutes = Record<string, ControlHandler>;

/** One simulated service. Another one beside it shares the plumbing, the faults and the log. */
export interface Upstream {
  name: UpstreamName;
  /** `/api/v2` */
  basePath: string;
  /** The user a request claims to come from, for the log and for matching faults. */
  claimedUser(headers: IncomingHttpHeaders): string | null;
  organizationOf(request: UpstreamRequest): string | null;
  /** The vendor's name of the operation, where one path serves several of them. */
  operationOf?(request: UpstreamRequest): string | undefined;
  answer(request: UpstreamRequest): Answer;
  /** Spoils an answer in this service's own words; `undefined` when the fault is none of its own. */
  spoil(fault: Fault, request: UpstreamRequest, performed: Answer | undefined): Answer | undefined;
  control: ControlRoutes;
}

/** What a web server says when nothing is there. */
export function htmlPage(status: number, title: string): Answer {
  const page = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, text: page };
}
