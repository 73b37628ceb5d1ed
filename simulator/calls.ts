/** One request that an upstream received. Headers with credentials are not kept. */
export interface Call {
  /** The simulator's `clock.now()` when the request was answered. */
  at: number;
  method: string;
  /** Without the base path and without repeated slashes: `/agents/read`. */
  path: string;
  /** The decoded query, when there was one. */
  query?: Record<string, string>;
  /** The vendor's name of the operation, for upstreams where one path serves several operations: `createTask`. */
  operation?: string;
  /**
   * The user that the request names, proven or not; `null` without credentials. For QuantCDN, the name of the token.
   */
  userId: string | null;
  /** The organization that the request concerned, if it is known. */
  organizationId: string | null;
  /** The raw `Timestamp` header, which is part of the signature and no secret. */
  timestamp: string | null;
  body: unknown;
  /** HTTP status of the answer; 0 when a fault left the request without one. */
  status: number;
  /** The kind of the fault that changed the answer. */
  fault?: string;
}

export interface CallCounts {
  total: number;
  byPath: Record<string, number>;
  byOrganization: Record<string, number>;
  /** Calls by operation name; missing when there were none. */
  byOperation?: Record<string, number>;
  /** Requests with the user, path and timestamp of an earlier one: signed in the same second, or not signed anew. */
  duplicateTimestampCount: number;
}

export interface CallLog {
  /** The latest calls, oldest first, at most {@link CALLS_KEPT}. */
  all(): Call[];
  /**
   * Number of calls since the reset, or of those whose path ends with `path`. Exact, also beyond the limit of
   * `all()`.
   */
  count(pathSuffix?: string): number;
  counts(): CallCounts;
  reset(): void;
}

/** Calls that the log keeps; the counters count all. */
const CALLS_KEPT = 100_000;

/** Creates a call log, and the function that writes to it. */
export function createCallLog(kept = CALLS_KEPT): CallLog & { record(call: Call): void } {
  let calls: Call[] = [];
  let byPath = new Map<string, number>();
  let byOrganization = new Map<string, number>();
  let byOperation = new Map<string, number>();
  let signatures = new Set<string>();
  let duplicateTimestampCount = 0;
  const bump = (counter: Map<string, number>, key: string) => counter.set(key, (counter.get(key) ?? 0) + 1);
  const countPaths = (suffix: string) => {
    let count = 0;
    for (const [path, n] of byPath) if (path.endsWith(suffix)) count += n;
    return count;
  };

  return {
    record(call) {
      calls.push(call);
      // The log is cut at twice the limit, so that the cost of a call does not depend on its length.
      if (calls.length >= 2 * kept) calls = calls.slice(-kept);
      bump(byPath, call.path);
      if (call.organizationId !== null) bump(byOrganization, call.organizationId);
      if (call.operation !== undefined) bump(byOperation, call.operation);
      if (call.timestamp === null) return;
      const signature = `${call.userId} ${call.path} ${call.timestamp}`;
      if (signatures.has(signature)) duplicateTimestampCount += 1;
      if (signatures.size >= kept) signatures = new Set();
      signatures.add(signature);
    },
    all: () => calls.slice(-kept),
    count: (pathSuffix = '') => countPaths(pathSuffix),
    counts: () => ({
      total: countPaths(''),
      byPath: Object.fromEntries(byPath),
      byOrganization: Object.fromEntries(byOrganization),
      ...(byOperation.size > 0 && { byOperation: Object.fromEntries(byOperation) }),
      duplicateTimestampCount,
    }),
    reset() {
      calls = [];
      byPath = new Map();
      byOrganization = new Map();
      byOperation = new Map();
      signatures = new Set();
      duplicateTimestampCount = 0;
    },
  };
}
