import { hash } from 'node:crypto';
import type { ReadStart } from '../../domain/read-start.ts';
import type { CallReport, OnCall } from '../../domain/upstream-call.ts';

/** Order of service in the rate budget: first mutations, then reads that a client waits for, then polls. */
export type Priority = 'mutation' | 'interactive' | 'poll';

/** The highest first. */
export const PRIORITIES: readonly Priority[] = ['mutation', 'interactive', 'poll'];

/** Priority of a read: `interactive` when a client waits for it, `poll` when the worker polls. */
export type ReadPriority = Exclude<Priority, 'mutation'>;

/** The credential that a client is bound to, and how its reads are served. */
export interface Caller {
  /** The user that the credential belongs to. */
  ownerId: string;
  /** By `accountKeyOf`. */
  account: string;
  /** Key of the reads that are shared. A candidate has one of its own. */
  credentialId: string;
  /** Of all parts of the credential, by `fingerprintOf`. */
  fingerprint: string;
  priority: ReadPriority;
  /** Ends this caller's reads. */
  signal?: AbortSignal;
  onCall?: OnCall | undefined;
}

/**
 * Upstream and account in one spelling, however the owner has written it: a QuantConnect user id is a number, and a
 * QuantCDN organization a name in lower case.
 */
export function accountKeyOf(provider: 'QUANTCONNECT' | 'QUANTCDN', account: string): string {
  const spelled = provider === 'QUANTCONNECT' ? String(Number(account)) : account.toLowerCase();
  return `${provider} ${spelled}`;
}

/** One call for one credential, as the policies see it. */
export interface UpstreamCall {
  /** The upstream's name of the operation: one of few. */
  operation: string;
  /** Key of the share of connections, and of the breaker. */
  ownerId: string;
  /** Key of the rate budget and of pauses: the account, for this owner. */
  ownedAccount: string;
  /** Key of the reads that are shared. */
  credentialId: string;
  priority: Priority;
  /**
   * `read`: shared while in flight, and retried. `repeatable`: retried (delete, stop and PUT, which ask for
   * a state). `once`: not sent again once it may have arrived (create, prompt, QuantConnect's update).
   */
  repeat: 'read' | 'repeatable' | 'once';
  /**
   * True for a stop or a delete, which may save money: its first attempt is sent even while a breaker is open or the
   * upstream asked for a pause. @default false
   */
  isUrgent?: boolean;
  /** Equal reads have equal keys: credential, path and canonical body. */
  key: string;
  /** The beginning of a read whose observation is stored. Sharing an earlier answer lowers its revision. */
  start?: ReadStart | undefined;
  onCall?: OnCall | undefined;
}

/** What is noted of a call on its way. */
export interface CallProgress extends Pick<CallReport, 'attempts' | 'isShared'> {
  /** The rate budget that it spent from. */
  budget?: { available(): number };
}

/** What the policies may change on the way of a call. */
export interface CallContext {
  /** Ends the call. A shared read ends only when all callers that wait for it have left. */
  signal?: AbortSignal;
  /** When the whole call must be over, by `Clock.steadyMs`. */
  deadlineAtMs: number;
  /** 1 for the first attempt. */
  attempt: number;
  /** True when the upstream may have acted on an earlier attempt of this call. */
  afterLoss: boolean;
  /** The same object for all attempts of a call. */
  progress: CallProgress;
}

/** The rest of the way: the policies that follow, and at the end the attempt itself. */
export type Next<T> = (context: CallContext) => Promise<T>;

/** A policy around a whole call. It may answer itself, or call `next` once or several times. */
export type CallPolicy = <T>(call: UpstreamCall, context: CallContext, next: Next<T>) => Promise<T>;

/** Learns how an attempt has ended: with this error, or with an answer. The attempt waits for a promise that it returns. */
export type EndOfAttempt = (error?: unknown) => unknown;

/**
 * A policy of each attempt, called before it: it may refuse the attempt by throwing, or make it wait. It returns what learns
 * the end of the attempt, if it needs that.
 */
export type AttemptPolicy = (
  call: UpstreamCall,
  context: CallContext,
) => EndOfAttempt | undefined | Promise<EndOfAttempt | undefined>;

/** So long a call of a poll waits for its turn. Then the poll gives its place in the worker back. */
const POLL_QUEUE_MS = 2_000;

/** Until when a call may wait for its turn, by `Clock.steadyMs`: a call of a poll not as long as its deadline. */
export function findQueueEndMs(
  { priority }: UpstreamCall,
  { deadlineAtMs }: CallContext,
  nowMs: number,
): number {
  return priority === 'poll' ? Math.min(deadlineAtMs, nowMs + POLL_QUEUE_MS) : deadlineAtMs;
}

/** Separates reads with different secrets of one credential, so that no read joins one made with an old token. */
export function fingerprintOf(...secrets: readonly string[]): string {
  return hash('sha256', secrets.join('\n'), 'base64url');
}

/**
 * Describes a call for the policies.
 * @param operation the upstream's name of it
 * @param request what is asked, for the key: method, path, query and body
 * @param options.isUrgent whether a change passes pauses and breakers once
 * @param options.start the beginning of a read whose observation is stored
 * @returns the call, and the signal that may end it: a caller that leaves ends its reads, but never a change
 */
export function prepareCall(
  { ownerId, account, credentialId, fingerprint, priority, signal, onCall }: Caller,
  repeat: UpstreamCall['repeat'],
  operation: string,
  request: string,
  { isUrgent = false, start }: { isUrgent?: boolean; start?: ReadStart | undefined } = {},
): { call: UpstreamCall; signal: AbortSignal | undefined } {
  const key = `${fingerprint} ${request}`;
  const owned = { operation, ownerId, ownedAccount: `${ownerId} ${account}`, credentialId, key, onCall };
  return repeat === 'read'
    ? { call: { ...owned, priority, repeat, start }, signal }
    : { call: { ...owned, priority: 'mutation', repeat, isUrgent }, signal: undefined };
}
