import { type Answer, htmlPage } from '../upstream.ts';

/** The form of an error whose body is not documented (docs/upstream/quantcdn.md, Errors). */
export type ErrorShape = 'v2' | 'message' | 'code' | 'text' | 'html' | 'empty';

/** A refused request: the status, and the message if the form of the error has one. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** A documented body, in every configured error shape. */
  readonly body: Record<string, unknown> | undefined;

  constructor(status: number, message: string, body?: Record<string, unknown>) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, message);
}

const CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  500: 'INTERNAL_ERROR',
};

/** The error as it is sent. */
export function errorAnswer({ status, message, body }: ApiError, shape: ErrorShape): Answer {
  const headers: Record<string, string> = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  if (body) return { status, headers, json: body };
  switch (shape) {
    case 'v2':
      return { status, headers, json: { error: true, message } };
    case 'message':
      return { status, headers, json: { message } };
    case 'code':
      return { status, headers, json: { error: CODES[status] ?? 'ERROR', message } };
    case 'text':
      return { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, text: message };
    case 'empty':
      return { status, headers, text: '' };
    case 'html': {
      const page = htmlPage(status, message);
      return { ...page, headers: { ...headers, ...page.headers } };
    }
  }
}
