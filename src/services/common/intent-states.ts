import { GatewayError, isGatewayError } from '../../errors.ts';
import type { Random } from '../../lib/random.ts';
import { deleteIntent, markRecorded, updateIntent } from '../../store/coordination/intents.ts';
import type { IntentRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import {
  acquireIntent,
  beginAttempt,
  holdIntent,
  type IntentRequest,
  takeOverUnfinished,
} from './intent-holds.ts';
import {
  assignCandidates,
  type Candidate,
  type OutcomeDeps,
  offerOutcome,
  readStoreTime,
} from './intent-outcomes.ts';

/** How the outcome of an attempt is found and recorded. None of it needs the request that made the attempt. */
export interface RecoverySteps<T> {
  /** Reads the objects upstream that may be the outcome. It must change nothing upstream. */
  findCandidates(): Promise<Candidate<T>[]>;
  /** The id upstream of what the request created; null when the answer does not tell it. */
  idOf(outcome: T): string | null;
  /**
   * Records the effect of the outcome. It may run again, and at the same time for a repeated request, until that is noted.
   * @param noteOnce notes it in the transaction that records; false when it was noted before. An effect that is not the
   * same when it is recorded twice must depend on it
   */
  onSuccess?(outcome: T, noteOnce: (tx: Db) => Promise<boolean>): Promise<void>;
}

/** How a request is carried out, and how its outcome is found if the answer is lost. */
export interface CreateSteps<T> extends RecoverySteps<T> {
  /** Runs before each sending and changes nothing upstream; a `GatewayError` that it throws refuses the request. */
  check?(): Promise<void>;
  /** The same for what counts the requests under way: it runs when this one is counted already. */
  checkShare?(): Promise<void>;
  /** Sends the request, and does nothing that takes time before: a suspended process must not send it late. */
  send(): Promise<T>;
  /**
   * Ends what this request has made, because another process has made the outcome of the request meanwhile. It returns when
   * that is certain to happen.
   */
  undo?(outcome: T): Promise<void>;
}

/** How a request is carried out that only the store decides. */
export interface LocalSteps<T> {
  send(): Promise<T>;
  /** Looks in the store for the outcome of an interrupted request. Without it, the request is carried out again. */
  findOutcome?(): Promise<T | undefined>;
}

/** What the recovery of an intent came to. */
export type Recovered =
  /** The outcome is known and its effect recorded. */
  | 'RECORDED'
  /** The upstream shows no outcome, and no later one is to be expected. */
  | 'NOT_DONE'
  /** The upstream shows no outcome yet. */
  | 'OPEN'
  /** Another process works on the intent or its turn. */
  | 'HELD';

export interface IdempotencyDeps extends OutcomeDeps {
  random: Pick<Random, 'uuid'>;
  /** True when the upstream may have acted on the request that failed with this error. */
  isAmbiguous(error: unknown): boolean;
  /** The longest time that one attempt waits for the upstream's answer. */
  upstreamTimeoutMs: number;
}

/** An attempt without a visible outcome after so many times the upstream's timeout will not be carried out any more. */
const TIMEOUTS_BEFORE_RESEND = 3;

/** `retryAfter` of an unknown outcome for which waiting alone decides nothing. */
const RETRY_AFTER_SECONDS = 15;

/** Takes a request through the states of its intent: acquire, recover, send, settle. */
export async function carryOut<T>(
  deps: IdempotencyDeps,
  request: IntentRequest,
  steps: CreateSteps<T>,
): Promise<T> {
  const acquired = await acquireIntent(deps, request, resendAfterMs(deps));
  const { state, intent } = acquired;
  if (state === 'HELD_ELSEWHERE') throw outcomeUnknown(deps, intent.createdAt);
  if (state === 'SETTLED') return record(deps, intent, JSON.parse(acquired.result) as T, steps);

  const release = holdIntent(deps, intent);
  try {
    const recovered = state === 'TAKEN_OVER' ? await recover(deps, intent, steps) : undefined;
    const outcome = recovered ?? (await send(deps, intent, steps));
    return await record(deps, intent, outcome, steps);
  } finally {
    await release();
  }
}

/**
 * The outcome of an attempt that an earlier holder may have made; undefined when there is none and the request may be
 * sent again.
 * @throws GatewayError `OUTCOME_UNKNOWN` while the upstream may still carry out that attempt
 */
async function recover<T>(
  deps: IdempotencyDeps,
  intent: IntentRow,
  steps: RecoverySteps<T>,
): Promise<T | undefined> {
  if (intent.sentAt === null) return undefined;
  const found = await findOutcome(deps, intent, steps);
  if (found === undefined && !(await isPast(deps, intent.sentAt)))
    throw outcomeUnknown(deps, intent.createdAt);
  return found;
}

/** Sends the request of an intent that this process holds. A definite refusal deletes the intent. */
async function send<T>(deps: IdempotencyDeps, intent: IntentRow, steps: CreateSteps<T>): Promise<T> {
  await steps.check?.().catch((error: unknown) => refuse(deps, intent, error));
  const startedAtMs = deps.clock.now();
  // The process may have been suspended until now and the intent taken over. Only its holder may send.
  const attempt = await beginAttempt(deps, intent);
  if (attempt !== undefined)
    await steps.checkShare?.().catch((error: unknown) => refuse(deps, intent, error));
  if (attempt === undefined || attempt.isLate()) throw outcomeUnknown(deps, startedAtMs);
  try {
    return await settle(deps, intent, await steps.send(), steps);
  } catch (error) {
    if (deps.isAmbiguous(error)) {
      const found = await findOutcome(deps, intent, steps).catch((cause: unknown) => {
        throw outcomeUnknown(deps, startedAtMs, cause);
      });
      if (found === undefined) throw outcomeUnknown(deps, startedAtMs, error);
      return found;
    }
    return await refuse(deps, intent, error);
  }
}

/** Throws the error of a request that was not carried out. A definite refusal frees the key. */
async function refuse(deps: IdempotencyDeps, intent: IntentRow, error: unknown): Promise<never> {
  if (isDefiniteRefusal(error)) await deleteIntent(deps.store.db, intent);
  throw error;
}

/**
 * Stores the outcome in the intent, for repeated requests and for the sweeper. A process that was suspended between its last
 * look at the clock and the sending itself may have made what another one has made meanwhile: then that is the outcome, and
 * its own is undone.
 * @returns the outcome of the intent
 */
async function settle<T>(
  deps: IdempotencyDeps,
  intent: IntentRow,
  outcome: T,
  steps: CreateSteps<T>,
): Promise<T> {
  const [result, id] = [JSON.stringify(outcome), steps.idOf(outcome)];
  if ((await updateIntent(deps.store.db, intent, { result, outcomeId: id })) || id === null) return outcome;
  const other = await offerOutcome(deps, intent, { id, result });
  if (other === undefined) return outcome;
  await steps.undo?.(outcome);
  return JSON.parse(other) as T;
}

/** Records the effect of a known outcome, unless that was done before. */
async function record<T>(
  { store }: IdempotencyDeps,
  intent: IntentRow,
  outcome: T,
  steps: RecoverySteps<T>,
): Promise<T> {
  if (intent.isRecorded === 1) return outcome;
  await steps.onSuccess?.(outcome, (tx) => markRecorded(tx, intent));
  await updateIntent(store.db, intent, { isRecorded: 1 });
  return outcome;
}

/**
 * Looks upstream for the outcomes of all intents of the turn. It looks twice: a process that has just started trusts the
 * upstream's clock from its second answer on. A look that fails proves nothing.
 * @returns the outcome of this intent, if there is one
 * @throws GatewayError `OUTCOME_UNKNOWN` when the second look fails
 */
async function findOutcome<T>(
  deps: IdempotencyDeps,
  intent: IntentRow,
  steps: RecoverySteps<T>,
): Promise<T | undefined> {
  if (intent.result !== null) return JSON.parse(intent.result) as T;
  await Promise.allSettled([steps.findCandidates()]);
  const candidates = await steps.findCandidates().catch((error: unknown) => {
    throw outcomeUnknown(deps, intent.createdAt, error);
  });
  const assigned = await assignCandidates(deps, intent, candidates, resendAfterMs(deps));
  return assigned == null || assigned.result === null ? undefined : (JSON.parse(assigned.result) as T);
}

/** The sweeper's way through the states: it finds and records, and never sends. */
export async function recoverUnfinished<T>(
  deps: IdempotencyDeps,
  unfinished: IntentRow,
  steps: RecoverySteps<T>,
): Promise<Recovered> {
  const intent = await takeOverUnfinished(deps, unfinished);
  if (intent === undefined) return 'HELD';
  const release = holdIntent(deps, intent);
  try {
    const outcome = await findOutcome(deps, intent, steps);
    if (outcome !== undefined) {
      await record(deps, intent, outcome, steps);
      return 'RECORDED';
    }
    if (intent.sentAt !== null && !(await isPast(deps, intent.sentAt))) return 'OPEN';
    // A client may come again with its key, and then the request is sent; without a key nothing waits for it.
    if (intent.isKeyed === 1) await updateIntent(deps.store.db, intent, { sentAt: null });
    else await deleteIntent(deps.store.db, intent);
    return 'NOT_DONE';
  } finally {
    await release();
  }
}

/** Acquire, look in the store, carry out, settle: nothing is waited for, since no answer can be under way. */
export async function carryOutLocally<T>(
  deps: IdempotencyDeps,
  request: IntentRequest,
  steps: LocalSteps<T>,
): Promise<T> {
  const acquired = await acquireIntent(deps, request, resendAfterMs(deps));
  const { state, intent } = acquired;
  if (state === 'HELD_ELSEWHERE') throw outcomeUnknown(deps, intent.createdAt);
  if (state === 'SETTLED') return JSON.parse(acquired.result) as T;

  const release = holdIntent(deps, intent);
  try {
    const outcome = (await steps.findOutcome?.()) ?? (await steps.send());
    await updateIntent(deps.store.db, intent, { result: JSON.stringify(outcome) });
    return outcome;
  } catch (error) {
    if (isDefiniteRefusal(error)) await deleteIntent(deps.store.db, intent);
    throw error;
  } finally {
    await release();
  }
}

/** True when a request that was sent so long ago and has no outcome will not be carried out any more. */
async function isPast(deps: IdempotencyDeps, sentAtMs: number): Promise<boolean> {
  return (await readStoreTime(deps, deps.store.db)) - sentAtMs >= resendAfterMs(deps);
}

/** How long after its start an attempt without an outcome may still be carried out upstream. */
export function resendAfterMs({ upstreamTimeoutMs }: IdempotencyDeps): number {
  return TIMEOUTS_BEFORE_RESEND * upstreamTimeoutMs;
}

/** An unknown outcome, an unavailable store and our own bugs are no refusals: the upstream may have acted. */
function isDefiniteRefusal(error: unknown): boolean {
  return isGatewayError(error) && !['OUTCOME_UNKNOWN', 'UNAVAILABLE', 'INTERNAL'].includes(error.code);
}

function outcomeUnknown(deps: IdempotencyDeps, startedAtMs: number, cause?: unknown): GatewayError {
  const untilResendMs = startedAtMs + resendAfterMs(deps) - deps.clock.now();
  return new GatewayError(
    'OUTCOME_UNKNOWN',
    'The answer was lost and the outcome could not be traced; with an idempotency key, the same request may be sent again',
    { retryAfter: untilResendMs > 0 ? Math.ceil(untilResendMs / 1_000) : RETRY_AFTER_SECONDS },
    cause,
  );
}
