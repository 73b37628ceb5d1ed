/** The error codes of a gateway that a client may meet (contract of the gateway: docs/guide/errors.md, Codes). */
export type GatewayErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'GRAPHQL_LIMIT_EXCEEDED'
  | 'PERSISTED_OPERATION_REQUIRED'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_ACCEPTABLE'
  | 'REQUEST_TIMEOUT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'CREDENTIAL_MISSING'
  | 'CREDENTIAL_REJECTED'
  | 'UPSTREAM_REJECTED'
  | 'UPSTREAM_THROTTLED'
  | 'UPSTREAM_NO_CAPACITY'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_BAD_RESPONSE'
  | 'CURSOR_EXPIRED'
  | 'OUTCOME_UNKNOWN'
  | 'BUDGET_EXCEEDED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** What goes wrong on the client's side of the wire. */
export type ClientErrorCode =
  /** The gateway could not be reached, or the connection broke. */
  | 'NETWORK'
  /** What answered is no gateway: not JSON, or of another shape. */
  | 'BAD_ANSWER'
  /** There is no session, or it has ended: sign in. */
  | 'SIGNED_OUT';

/** One wrong field of an input. */
export interface FieldProblem {
  path: string;
  message: string;
}

interface Facts {
  message: string;
  requestId?: string | undefined;
  /** Seconds after which to try again. */
  retryAfter?: number | undefined;
  fields?: readonly FieldProblem[] | undefined;
  /** All other members of the answer, such as `dependentTaskIds` or `upstreamErrors`. */
  details?: Readonly<Record<string, unknown>> | undefined;
  cause?: unknown;
}

/** What a failed operation throws. A code of a newer gateway is kept as it is. */
export type QuantgateError =
  | QuantgateFailure<'BAD_USER_INPUT', { fields: readonly FieldProblem[] }>
  | QuantgateFailure<'RATE_LIMITED' | 'UPSTREAM_THROTTLED' | 'UNAVAILABLE', { retryAfter: number }>
  | QuantgateFailure<
      | Exclude<GatewayErrorCode, 'BAD_USER_INPUT' | 'RATE_LIMITED' | 'UPSTREAM_THROTTLED' | 'UNAVAILABLE'>
      | ClientErrorCode
    >;

/** An error with the members that its code brings along; of several codes, a union of one for each. */
export type QuantgateFailure<Code extends string, Members = unknown> = Code extends string
  ? GatewayFailure & { code: Code } & Members
  : never;

/** The class behind `QuantgateError`, for `instanceof`. */
export class GatewayFailure extends Error {
  override readonly name = 'QuantgateError';
  readonly code: string;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly fields: readonly FieldProblem[] | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, { message, requestId, retryAfter, fields, details, cause }: Facts) {
    super(message, { cause });
    this.code = code;
    this.requestId = requestId;
    this.retryAfter =
      retryAfter ?? (NEED_RETRY_AFTER.includes(code) ? DEFAULT_RETRY_AFTER_SECONDS : undefined);
    this.fields = fields ?? (code === 'BAD_USER_INPUT' ? [] : undefined);
    this.details = details ?? {};
  }
}

const NEED_RETRY_AFTER = ['RATE_LIMITED', 'UPSTREAM_THROTTLED', 'UNAVAILABLE'];
const DEFAULT_RETRY_AFTER_SECONDS = 1;

/** True for an error of the gateway or of this client, with one of the codes, if any are named. */
export function isQuantgateError<Code extends QuantgateError['code']>(
  error: unknown,
  ...codes: Code[]
): error is Extract<QuantgateError, { code: Code }> {
  return error instanceof GatewayFailure && (codes.length === 0 || (codes as string[]).includes(error.code));
}

/** Outages: the same request may work later. A mistake stays one. */
const PASSING: readonly string[] = [
  'NETWORK',
  'UNAVAILABLE',
  'RATE_LIMITED',
  'UPSTREAM_THROTTLED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_BAD_RESPONSE',
  'REQUEST_TIMEOUT',
] satisfies QuantgateError['code'][];

export function isPassing(error: unknown): error is GatewayFailure {
  return error instanceof GatewayFailure && PASSING.includes(error.code);
}

/** An entry of `errors` of a GraphQL answer, or a problem document (RFC 9457). */
export function toFailure(source: unknown, fallbackCode = 'BAD_ANSWER'): GatewayFailure {
  const record = isRecord(source) ? source : {};
  const members = isRecord(record.extensions) ? record.extensions : record;
  const { code, requestId, retryAfter, fields, errors, ...details } = members;
  const text = [record.message, record.detail, record.title].find((one) => typeof one === 'string');
  return new GatewayFailure(typeof code === 'string' ? code : fallbackCode, {
    message: typeof text === 'string' ? text : 'The gateway gave an answer without a message',
    requestId: typeof requestId === 'string' ? requestId : undefined,
    retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
    fields: readFields(fields ?? errors),
    details,
  });
}

function readFields(value: unknown): FieldProblem[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((one) =>
    isRecord(one) && typeof one.message === 'string'
      ? [{ path: String(one.path ?? one.field ?? ''), message: one.message }]
      : [],
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
