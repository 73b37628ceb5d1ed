/** Every error that a client may see: its stable code with the HTTP status and the title. REST and GraphQL use it. */
const CATALOGUE = {
  UNAUTHENTICATED: [401, 'Authentication is required'],
  FORBIDDEN: [403, 'Not allowed'],
  GRAPHQL_PARSE_FAILED: [400, 'The GraphQL document could not be parsed'],
  GRAPHQL_VALIDATION_FAILED: [400, 'The GraphQL operation is not valid'],
  GRAPHQL_LIMIT_EXCEEDED: [400, 'The GraphQL operation exceeds a limit'],
  PERSISTED_OPERATION_REQUIRED: [400, 'Only persisted operations run here'],
  // The message and the code that Apollo's link for persisted queries looks for.
  PersistedQueryNotSupported: [400, 'PersistedQueryNotSupported'],
  BAD_USER_INPUT: [400, 'The input is not valid'],
  NOT_FOUND: [404, 'Not found'],
  METHOD_NOT_ALLOWED: [405, 'Method not allowed'],
  NOT_ACCEPTABLE: [406, 'Not acceptable'],
  REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
  CONFLICT: [409, 'Conflict'],
  CREDENTIAL_MISSING: [409, 'No credential is stored for this upstream'],
  CREDENTIAL_REJECTED: [409, 'The upstream refuses the credential'],
  BUDGET_EXCEEDED: [409, 'A budget is used up'],
  CURSOR_EXPIRED: [410, 'The events after this cursor are no longer kept'],
  PAYLOAD_TOO_LARGE: [413, 'Payload too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported media type'],
  UPSTREAM_REJECTED: [422, 'The upstream refused the request'],
  RATE_LIMITED: [429, 'Too many requests'],
  INTERNAL: [500, 'Internal error'],
  UPSTREAM_UNAVAILABLE: [502, 'The upstream is unavailable'],
  UPSTREAM_BAD_RESPONSE: [502, 'The upstream gave an unusable answer'],
  OUTCOME_UNKNOWN: [502, 'The outcome of the operation is unknown'],
  UPSTREAM_THROTTLED: [503, 'The upstream asks to slow down'],
  UPSTREAM_NO_CAPACITY: [503, 'No free agent node upstream'],
  UNAVAILABLE: [503, 'Temporarily unavailable'],
  UPSTREAM_TIMEOUT: [504, 'The upstream did not answer in time'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

/** A stable error code (docs/guide/errors.md, Codes). */
export type ErrorCode = keyof typeof CATALOGUE;

/** One wrong input field: its path (`input.agentId`) and what is wrong with it. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** Error codes of the token endpoint (RFC 6749, section 5.2). */
export type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope';

/** What an error may hold besides its code and message. All of it is public. */
export interface ErrorDetails {
  /** Seconds after which to try again. */
  retryAfter?: number;
  /** The wrong fields of a `BAD_USER_INPUT`, or the first of them. */
  fields?: FieldProblem[];
  /** How many more fields are wrong than are named. */
  moreFields?: number;
  /** Redacted messages of the upstream. */
  upstreamErrors?: string[];
  /** Tasks that depend on the one to be deleted. */
  dependentTaskIds?: string[];
  /** The budget that is used up. */
  budgetId?: string;
  /** When it begins anew, RFC 3339; null for a budget of a run. */
  resetsAt?: string | null;
  /** The OAuth code, at the token endpoint. */
  error?: OAuthError;
}

/**
 * An expected failure. `message` and `details` are shown to clients; `cause` is only logged.
 * Fastify and Mercurius both read `statusCode`.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly statusCode: number;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message?: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message ?? CATALOGUE[code][1], cause === undefined ? undefined : { cause });
    this.code = code;
    this.statusCode = CATALOGUE[code][0];
    this.details = details;
  }
}

/** The short title of a code, the same for every occurrence (RFC 9457, `title`). */
export function titleOf(code: ErrorCode): string {
  return CATALOGUE[code][1];
}

/** The HTTP status of a code. */
export function statusOf(code: ErrorCode): number {
  return CATALOGUE[code][0];
}

/** Every code with its status, for documents and tests. */
export const errorCodes = Object.keys(CATALOGUE) as ErrorCode[];

/** True for an expected failure, of one code if given. */
export function isGatewayError(error: unknown, code?: ErrorCode): error is GatewayError {
  return error instanceof GatewayError && (code === undefined || error.code === code);
}

/** There is no token, or a password or secret is wrong. A token that was refused is `invalidToken`. */
export function unauthenticated(cause?: unknown): GatewayError {
  return new GatewayError('UNAUTHENTICATED', undefined, {}, cause);
}

/** A token was refused. Clients get the same error as without a token, and the description in `WWW-Authenticate`. */
export class InvalidTokenError extends GatewayError {
  readonly description: string;
  /** True when a fresh token of the same session may be accepted. */
  readonly isExpired: boolean;

  constructor(description: string, cause?: unknown, isExpired = false) {
    super('UNAUTHENTICATED', undefined, {}, cause);
    this.description = description;
    this.isExpired = isExpired;
  }
}

/** The same error for everything that can be wrong with an access token: it never says which check failed. */
export function invalidToken(cause?: unknown): InvalidTokenError {
  return new InvalidTokenError('The access token is invalid', cause);
}

/** A token of ours, valid in every other way, whose time is over. */
export function expiredToken(): InvalidTokenError {
  return new InvalidTokenError('The access token has expired', undefined, true);
}

/** No session has this refresh token, or none any more: it never says which. */
export function invalidRefreshToken(): InvalidTokenError {
  return new InvalidTokenError('The refresh token is invalid');
}

/** No password can be set with this token, or not any more: it never says which. */
export function invalidResetToken(): InvalidTokenError {
  return new InvalidTokenError('The reset token is invalid');
}

/** There is no such object for this caller; those of other users do not exist for them. */
export function notFound(what: string): GatewayError {
  return new GatewayError('NOT_FOUND', `${what} not found`);
}

/** Malformed or out of range input. */
export function badUserInput(...fields: FieldProblem[]): GatewayError {
  return badUserInputs(fields);
}

/**
 * The same for any number of wrong fields: it names the first ones and says how many more there are.
 * @param uncounted wrong fields that `fields` leaves out
 */
export function badUserInputs(fields: readonly FieldProblem[], uncounted = 0): GatewayError {
  const brief = fields.slice(0, MAX_PROBLEMS).map(({ path, message }) => ({
    path: shorten(path, MAX_PATH),
    message: shorten(message, MAX_MESSAGE),
  }));
  const named = firstProblems(brief, JSON.stringify);
  const more = fields.length - named.length + uncounted;
  const texts = named.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  if (more > 0) texts.push(`and ${more} more`);
  const details = { fields: named, ...(more > 0 && { moreFields: more }) };
  return new GatewayError('BAD_USER_INPUT', texts.join('; '), details);
}

/** A refusal names at most this many problems. */
export const MAX_PROBLEMS = 20;

/** Most bytes of the problems that a refusal names. It says them twice, and stays below 16 kB. */
const MAX_PROBLEM_BYTES = 6_000;

/** Most characters of a path and of a message, both of which may hold what a client sent. */
const MAX_PATH = 200;
const MAX_MESSAGE = 300;

/**
 * The first of many problems: at most 20, in at most 6,000 bytes, but one always.
 * @param textOf a problem as it is answered
 */
export function firstProblems<T>(problems: readonly T[], textOf: (problem: T) => string): T[] {
  let bytes = 0;
  const first = problems.slice(0, MAX_PROBLEMS);
  const end = first.findIndex((problem) => {
    bytes += Buffer.byteLength(textOf(problem));
    return bytes > MAX_PROBLEM_BYTES;
  });
  return end === -1 ? first : first.slice(0, Math.max(1, end));
}

/** The beginning of a text. It ends between two characters, and with an ellipsis when something is left out. */
export function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max).toWellFormed()}…`;
}

/** The request contradicts what is stored. */
export function conflict(message: string): GatewayError {
  return new GatewayError('CONFLICT', message);
}

/** The gateway's own limit was hit; `retryAfterSeconds` is rounded up. */
export function rateLimited(message: string, retryAfterSeconds: number): GatewayError {
  return new GatewayError('RATE_LIMITED', message, { retryAfter: Math.max(1, Math.ceil(retryAfterSeconds)) });
}

/** What a client sees of a thrown value: expected errors as they are, all others as `INTERNAL`. */
export function toGatewayError(error: unknown): GatewayError {
  return error instanceof GatewayError ? error : new GatewayError('INTERNAL', undefined, {}, error);
}
