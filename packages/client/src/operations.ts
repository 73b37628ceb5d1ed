import type { Environment } from './environment.ts';
import { GatewayFailure } from './errors.ts';
import { type HttpAnswer, type HttpRequest, readGraphql, readRest, type Send } from './http.ts';
import { retryOutages } from './retry.ts';
import type { Authentication } from './session/session.ts';
import type { DocumentTypeDecoration } from './typed-document.ts';

/** A document with the types of its result and variables, as graphql-codegen's client preset writes it; or any text. */
export interface TypedDocument<Result, Variables> extends DocumentTypeDecoration<Result, Variables> {
  toString(): string;
}

export interface OperationOptions {
  signal?: AbortSignal | undefined;
}

/** A request to a route of REST. */
export interface RestRequest {
  /** @default 'GET' */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With a leading slash, such as `/v1/webhooks`. */
  path: string;
  /** Parameters of the URL; those without a value are left out. */
  query?: Readonly<Record<string, string | number | null | undefined>>;
  body?: unknown;
  /** Makes it safe to send again, where the route takes the header `Idempotency-Key`. */
  idempotencyKey?: string;
}

/** Sends queries and mutations, and requests to routes of REST. */
export interface Operations {
  /**
   * Sends one operation. Outages are tried again; so is a mutation where that is safe: with an idempotency key, which is
   * made where the document has the variable `$idempotencyKey` and none is given, or when nothing was done.
   * @throws QuantgateError
   */
  send<Result, Variables extends Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: OperationOptions,
  ): Promise<Result>;
  /**
   * Calls a route of REST, for what GraphQL has no field: sessions, webhooks, administration. Outages are tried again for
   * `GET`, for a request with an idempotency key, and when nothing was done.
   * @throws QuantgateError
   */
  rest<Result = unknown>(request: RestRequest, options?: OperationOptions): Promise<Result>;
}

/** The gateway has refused these before it did anything. */
const NOT_DONE = ['RATE_LIMITED', 'UNAVAILABLE', 'UPSTREAM_THROTTLED'];

export function createOperations(environment: Environment, send: Send, session: Authentication): Operations {
  /** One try; an access token that has ended is renewed, once. */
  const sendOnce = async (
    request: HttpRequest,
    read: (answer: HttpAnswer) => unknown,
    signal: AbortSignal | undefined,
  ): Promise<unknown> => {
    for (let isRenewed = false; ; isRenewed = true) {
      const token = await session.accessToken();
      const headers = {
        ...request.headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      try {
        return read(await send({ ...request, headers, signal }));
      } catch (error) {
        const isRefused = error instanceof GatewayFailure && error.code === 'UNAUTHENTICATED';
        if (!isRefused || isRenewed) throw error;
        await session.renew(token);
      }
    }
  };

  return {
    async send<Result>(
      document: TypedDocument<Result, never>,
      given: Record<string, unknown>,
      { signal }: OperationOptions = {},
    ) {
      const query = String(document);
      const isMutation = /^\s*(#.*\n\s*)*mutation\b/.test(query);
      const takesKey = /\$idempotencyKey\b/.test(query);
      const variables = takesKey
        ? { ...given, idempotencyKey: given.idempotencyKey ?? environment.uuid() }
        : given;
      const request = { path: '/graphql', body: { query, variables } };
      const data = await retryOutages(environment, () => sendOnce(request, readGraphql, signal), {
        mayRepeat: ({ code }) =>
          code === 'OUTCOME_UNKNOWN' ? takesKey : !isMutation || takesKey || NOT_DONE.includes(code),
        signal,
      });
      return data as Result;
    },

    async rest<Result>(
      { method = 'GET', path, query = {}, body, idempotencyKey }: RestRequest,
      { signal }: OperationOptions = {},
    ) {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value != null) search.set(name, String(value));
      const request: HttpRequest = {
        method,
        path: search.size > 0 ? `${path}?${search}` : path,
        body,
        ...(idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey } }),
      };
      const answer = await retryOutages(environment, () => sendOnce(request, readRest, signal), {
        mayRepeat: ({ code }) => method === 'GET' || idempotencyKey !== undefined || NOT_DONE.includes(code),
        signal,
      });
      return answer as Result;
    },
  };
}
