import type { Environment } from './environment.ts';
import { GatewayFailure, isRecord, toFailure } from './errors.ts';

/** A request to the gateway. */
export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With a leading slash. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** The answer: its status, and its body if that is JSON. */
export interface HttpAnswer {
  status: number;
  body: unknown;
}

/** Sends a request; every status is an answer. @throws GatewayFailure `NETWORK` when there is none */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

/**
 * @param url where the gateway is; an empty text is the page's own origin
 * @param withCookies whether the session is in cookies
 */
export function createSend({ fetch }: Environment, url: string, withCookies: boolean): Send {
  return async ({ method = 'POST', path, body, headers = {}, signal }) => {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        credentials: withCookies ? 'include' : 'omit',
        headers: {
          accept: 'application/graphql-response+json, application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          // The proof that a page of ours sends the cookies along, and not a form of another site.
          ...(withCookies ? { 'x-csrf': '1' } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
      const text = await response.text();
      return { status: response.status, body: parse(text) };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new GatewayFailure('NETWORK', { message: 'The gateway could not be reached', cause: error });
    }
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body of a REST answer. @throws GatewayFailure for a problem document, or what is none */
export function readRest({ status, body }: HttpAnswer): unknown {
  if (status >= 200 && status < 300) return body;
  throw toFailure(body, statusCode(status));
}

/** The data of a GraphQL answer. @throws GatewayFailure the first error, also of an answer with partial data */
export function readGraphql({ status, body }: HttpAnswer): unknown {
  if (!isRecord(body)) throw toFailure(body, statusCode(status));
  const errors = Array.isArray(body.errors) ? body.errors : [];
  if (errors.length > 0) throw toFailure(errors[0]);
  if (isRecord(body.data)) return body.data;
  throw toFailure(body, statusCode(status));
}

/** What a status says when the body says nothing: a proxy has answered. */
function statusCode(status: number): string {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 429) return 'RATE_LIMITED';
  return status >= 500 ? 'UNAVAILABLE' : 'BAD_ANSWER';
}
