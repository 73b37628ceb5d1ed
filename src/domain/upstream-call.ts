/** What became of a call upstream, for the log of its request and for callers who look for the reason of a wait. */
export interface CallReport {
  /** The upstream's name of the operation. */
  operation: string;
  /** `ok`, the code of the error, or `aborted` when the caller has left. */
  outcome: string;
  /** How long the caller waited for it, in milliseconds. */
  ms: number;
  /** How often it was sent. */
  attempts: number;
  /** True for a read that got the answer of an equal one. */
  isShared: boolean;
  /** Calls that the rate budget has left now; null when none was taken from it. */
  budgetLeft(): number | null;
}

/** Gets the report of each call when it is over. */
export type OnCall = (report: CallReport) => void;

/** The calls upstream that one operation may still make. */
export interface UpstreamAllowance {
  /** Counts a call before it is made. @throws GatewayError `GRAPHQL_LIMIT_EXCEEDED` for a read beyond the limit */
  take(isChange: boolean): void;
}

/** How a request to the gateway follows the calls upstream that are made for it. */
export interface RequestCalls {
  /** What counts the calls of an operation; without it they are not counted. */
  upstreamCalls?: UpstreamAllowance | undefined;
  /** Gets a report of each call. */
  onCall?: OnCall | undefined;
}
