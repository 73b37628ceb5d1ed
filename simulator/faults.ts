import type { Encoding } from './quantcdn/encoding.ts';

export type UpstreamName = 'quantconnect' | 'quantcdn';

/** Which requests a rule applies to, how often, and whether the operation is performed. */
export interface FaultScope {
  match?: {
    /** The end of the path (`/deployments/create`), or `*` for every path. @default '*' */
    path?: string;
    /** A QuantConnect user id, or the name of a QuantCDN token. */
    userId?: string | number;
    method?: string;
    upstream?: UpstreamName;
    /** The vendor's name of a QuantCDN operation: `createTask`. */
    operation?: string;
  };
  /** Number of requests that the rule applies to; `Infinity`, or `'forever'` in JSON. @default 1 */
  times?: number | 'forever';
  /** Number of matching requests that the rule skips first. @default 0 */
  after?: number;
  /** Probability that the rule applies to a matching request, from the simulator's seed. @default 1 */
  chance?: number;
  /** Whether the operation is performed before its answer is changed. @default by the kind, {@link performs} */
  perform?: boolean;
}

/**
 * What goes wrong. The answer a kind starts from is the real one wherever the operation is performed. A kind that is
 * only one service's is never applied to the other, whichever rule matches ({@link ONLY_AT}).
 */
export type Fault =
  /**
   * HTTP 200, `success:false`, "Too many … requests; please slow down." (docs/upstream/quantconnect.md, Throttling
   * and capacity; observed).
   */
  | { kind: 'throttleText' }
  /** HTTP 429; a number is seconds, text is sent unchanged (an HTTP date, or a malformed one). */
  | { kind: 'status429'; retryAfter?: number | string }
  | { kind: 'status500' }
  | { kind: 'status503'; retryAfter?: number | string }
  /** A proxy's HTML page. @default httpStatus 200 */
  | { kind: 'html'; httpStatus?: number }
  /**
   * HTTP 200, `success:false`, "no spare nodes available" (docs/upstream/quantconnect.md, Throttling and capacity;
   * observed).
   */
  | { kind: 'capacity' }
  /** Any other application error with this text: HTTP 200 and `success:false`, or HTTP 400 at QuantCDN. */
  | { kind: 'refusal'; message: string }
  /** The right answer, after this many real milliseconds. */
  | { kind: 'slow'; delayMs: number }
  /** The request is read and never answered; by default nothing is performed. */
  | { kind: 'hang' }
  /** The socket is destroyed before anything is performed. */
  | { kind: 'reset' }
  /** The operation is performed, then the socket is destroyed without an answer. */
  | { kind: 'lostReply' }
  /** Half of the right answer's bytes under the full `Content-Length`, then the socket is destroyed. */
  | { kind: 'truncate' }
  /** The right answer byte by byte. @default everyMs 5 */
  | { kind: 'drip'; everyMs?: number }
  /** A well-formed answer of exactly this many bytes, without `Content-Length`. */
  | { kind: 'huge'; bytes: number }
  /** Well-formed JSON, arrays nested this deep. @default depth 100000 */
  | { kind: 'deep'; depth?: number }
  /** Every status of a deployment or a QuantCDN task becomes an unpublished word, or the given one. */
  | { kind: 'unknownStatus'; status?: string }
  | { kind: 'rawStatus'; status: string }
  | { kind: 'lowerCaseStatus' }
  /** Unknown keys in every object of the answer. */
  | { kind: 'extraFields' }
  /** Members of the right answer set to values, by path; `*` stands for every element: `tasks.*.deployments`. */
  | { kind: 'values'; set: Record<string, unknown> }
  | { kind: 'missingErrors' }
  | { kind: 'noSuccess' }
  /**
   * `deployments/create` answers with `debug.id` alone (docs/upstream/quantconnect.md, Deployment requests;
   * observed).
   */
  | { kind: 'omitDeployment' }
  /** Sets `__proto__` and `constructor` keys in the answer's JSON text. */
  | { kind: 'protoPollution' }
  | { kind: 'redirect'; location?: string }
  /** The right answer compressed; with `bytes` it is padded first: a small body that inflates to many bytes. */
  | { kind: 'gzip'; bytes?: number }
  /**
   * The three shapes of refused credentials (docs/upstream/quantconnect.md, Refused signatures); QuantCDN knows the
   * middle one.
   */
  | { kind: 'hash200' }
  | { kind: 'http401' }
  | { kind: 'authHttp500' }
  /** The right answer with a `Date` from the past. @default ageMs 3600000 */
  | { kind: 'staleDate'; ageMs?: number }
  /** QuantCDN refuses a valid token, as for an organisation it does not open. */
  | { kind: 'http403' }
  /** QuantCDN's right answer in an unusual encoding: lists as maps, objects as JSON text, nulls left out. */
  | { kind: 'encoded'; as: Partial<Encoding> }
  /**
   * QuantCDN's tasks without these fields, none of which is required (docs/upstream/quantcdn.md, Task fields).
   * @default all but `taskId`
   */
  | { kind: 'missingFields'; fields?: string[] };

export type FaultRule = Fault & FaultScope;
export type FaultKind = Fault['kind'];

/** The kinds that apply to one service only; all others are about the transport, or known to both. */
export const ONLY_AT: Readonly<Partial<Record<FaultKind, UpstreamName>>> = {
  throttleText: 'quantconnect',
  capacity: 'quantconnect',
  lowerCaseStatus: 'quantconnect',
  missingErrors: 'quantconnect',
  noSuccess: 'quantconnect',
  omitDeployment: 'quantconnect',
  hash200: 'quantconnect',
  authHttp500: 'quantconnect',
  http403: 'quantcdn',
  encoded: 'quantcdn',
  missingFields: 'quantcdn',
};

export interface FaultQueue {
  /** Rules are tried in the order in which they were added; the first that matches applies. */
  add(...rules: FaultRule[]): void;
  clear(): void;
  /** Rules that still apply. */
  pending(): FaultRule[];
}
