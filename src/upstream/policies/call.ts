/** Order of service in the rate budget: what changes things, then who waits for a read, then the poller. */
export type Priority = 'mutation' | 'interactive' | 'poll';

/** Who waits for a read: a caller, or the poller, which comes last in the rate budget. */
export type ReadPriority = Exclude<Priority, 'mutation'>;

/** One call of one credential, as the policies see it. */
export interface UpstreamCall {
  /** Key of everything shared or limited: reads in flight, the rate budget, the breaker. */
  credentialId: string;
  priority: Priority;
  /**
   * `read`: shared while in flight, and retried. `repeatable`: retried (delete, stop and PUT, which ask for
   * a state). `once`: never sent again once it may have arrived (create, prompt, QuantConnect's update).
   */
  repeat: 'read' | 'repeatable' | 'once';
  /** Equal reads have equal keys: path and canonical body. */
  key: string;
}

/** What changes on the way through the policies. */
export interface Pass {
  /** Ends the call; of a shared read, only when everyone who waits for it has left. */
  signal?: AbortSignal;
  /** When the whole call is over, in milliseconds since the epoch. */
  deadlineAtMs: number;
  /** 1 for the first attempt. */
  attempt: number;
  /** An earlier attempt of this call may have been acted on. */
  afterLoss: boolean;
}

/** The rest of the way: the next policies, and at the end the attempt itself. */
export type Next<T> = (pass: Pass) => Promise<T>;

/** One concern on the way of a call; it may answer itself, wait, or go on, more than once. */
export type Policy = <T>(call: UpstreamCall, pass: Pass, next: Next<T>) => Promise<T>;
