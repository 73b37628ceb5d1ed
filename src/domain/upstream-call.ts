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
