import { createHash } from 'node:crypto';
import { badUserInput, GatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { answersSince, deleteIntent, updateIntent } from '../../store/coordination/intents.ts';
import type { IntentRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { acquireIntent, beginAttempt, holdIntent, type KeyedRequest, keyConflict } from './intent-holds.ts';

/** A request that must act at most once. */
export interface OnceRequest {
  ownerId: string;
  operation: string;
  /** The idempotency key. Without one a repeated request acts again, but a lost answer is still looked up. */
  key?: string | null | undefined;
  /** Everything that distinguishes this request from others of the operation; must serialize to JSON. */
  input: unknown;
}

/** True for the id of an object that is the stored outcome of another request of the same owner and operation. */
export type IsTaken = (id: string) => boolean;

/** How the outcome of an earlier attempt is found. None of it needs the request that made the attempt. */
export interface RecoverySteps<T> {
  /**
   * Looks upstream for the outcome of an attempt that began at `sinceMs()`; undefined when there is none. It must
   * change nothing upstream. Call `sinceMs` after the upstream has answered: it is in the upstream's time, which is known
   * from its answers.
   */
  findOutcome(sinceMs: () => number, isTaken: IsTaken): Promise<T | undefined>;
  /** Runs before the outcome is stored; a second time if the process dies in between. */
  onSuccess?(outcome: T): Promise<void>;
}

/** How a request is carried out, and how its outcome is found if the answer is lost. */
export interface CreateSteps<T> extends RecoverySteps<T> {
  send(): Promise<T>;
}

/** Makes creates and prompts safe to repeat, although the upstreams know no idempotency keys. */
export interface Idempotency {
  /**
   * Carries out a request at most once for its owner, operation and key; a repeated request gets the same outcome.
   * See PROTOCOL.md, Doing something once.
   * @throws GatewayError `CONFLICT` for a key that was used with other input, `BAD_USER_INPUT` for a malformed key,
   * `OUTCOME_UNKNOWN` when the answer was lost and no outcome was found. A definite refusal is thrown as it is, and
   * frees the key.
   */
  once<T>(request: OnceRequest, steps: CreateSteps<T>): Promise<T>;
}

export interface IdempotencyDeps {
  store: Store;
  clock: Clock;
  /** True when the upstream may have acted on the request that failed with this error. */
  isAmbiguous(error: unknown): boolean;
  /** How far the upstream's clock is ahead of ours. */
  clockOffsetMs(): number;
  /** The longest time that one attempt waits for the upstream's answer. */
  upstreamTimeoutMs: number;
}

const MAX_KEY_LENGTH = 255;

/** An attempt without a visible outcome after so many times the upstream's timeout will not be carried out any more. */
const TIMEOUTS_BEFORE_RESEND = 3;

/** `retryAfter` of an unknown outcome for which waiting alone decides nothing. */
const RETRY_AFTER_SECONDS = 15;

export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  /** Requests under way in this process: equal ones share one promise. */
  const underWay = new Map<string, { fingerprint: string; outcome: Promise<unknown> }>();

  return {
    async once<T>(request: OnceRequest, steps: CreateSteps<T>): Promise<T> {
      const { ownerId, operation, key } = request;
      if (key == null) return sendWithoutKey(deps, request, steps);
      if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
        const message = `must have 1 to ${MAX_KEY_LENGTH} characters`;
        throw badUserInput({ path: 'idempotencyKey', message });
      }
      const fingerprint = createHash('sha256').update(JSON.stringify(request.input)).digest('base64url');
      const slot = JSON.stringify([ownerId, operation, key]);
      const current = underWay.get(slot);
      if (current !== undefined) {
        if (current.fingerprint !== fingerprint) throw keyConflict();
        return current.outcome as Promise<T>;
      }
      const outcome = carryOut(deps, { ownerId, operation, key, fingerprint }, steps).finally(() =>
        underWay.delete(slot),
      );
      underWay.set(slot, { fingerprint, outcome });
      return outcome;
    },
  };
}

/** Whose requests of what kind: outcomes are looked for among these. */
type Kind = Pick<IntentRow, 'ownerId' | 'operation'>;

/** Takes a request through the states of its intent: acquire, recover, send, settle. */
async function carryOut<T>(deps: IdempotencyDeps, request: KeyedRequest, steps: CreateSteps<T>): Promise<T> {
  const acquired = await acquireIntent(deps, request, resendAfterMs(deps));
  if (acquired.state === 'SETTLED') return JSON.parse(acquired.result) as T;

  const { state, intent } = acquired;
  if (state === 'HELD_ELSEWHERE') throw outcomeUnknown(deps, intent.createdAt);
  const release = holdIntent(deps, intent);
  try {
    const recovered = state === 'TAKEN_OVER' ? await recover(deps, intent, steps) : undefined;
    const outcome = recovered === undefined ? await send(deps, intent, steps) : recovered;
    await settle(deps, intent, outcome, steps);
    return outcome;
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
  const found = await findOutcome(deps, intent, steps, intent.createdAt);
  if (found === undefined && deps.clock.now() - intent.createdAt < resendAfterMs(deps)) {
    throw outcomeUnknown(deps, intent.createdAt);
  }
  return found;
}

/** Sends the request of an intent that this process holds. A definite refusal deletes the intent. */
async function send<T>(deps: IdempotencyDeps, intent: IntentRow, steps: CreateSteps<T>): Promise<T> {
  const { store, clock } = deps;
  const startedAtMs = clock.now();
  // The process may have been suspended until now and the intent taken over. Only its holder may send.
  if (!(await beginAttempt(store, intent, startedAtMs))) throw outcomeUnknown(deps, startedAtMs);
  try {
    return await attempt(deps, intent, steps, startedAtMs);
  } catch (error) {
    if (isDefiniteRefusal(error)) await deleteIntent(store.db, intent);
    throw error;
  }
}

/** Stores the outcome in the intent, for repeated requests. */
async function settle<T>(
  { store }: IdempotencyDeps,
  intent: IntentRow,
  outcome: T,
  steps: RecoverySteps<T>,
): Promise<void> {
  await steps.onSuccess?.(outcome);
  await updateIntent(store.db, intent, { result: JSON.stringify(outcome) });
}

/** Without a key there is no intent: nothing to acquire, and nothing is stored. */
async function sendWithoutKey<T>(deps: IdempotencyDeps, kind: Kind, steps: CreateSteps<T>): Promise<T> {
  const outcome = await attempt(deps, kind, steps, deps.clock.now());
  await steps.onSuccess?.(outcome);
  return outcome;
}

/** Sends once; if the answer is lost, looks for the outcome. */
async function attempt<T>(
  deps: IdempotencyDeps,
  kind: Kind,
  steps: CreateSteps<T>,
  startedAtMs: number,
): Promise<T> {
  try {
    return await steps.send();
  } catch (error) {
    if (!deps.isAmbiguous(error)) throw error;
    const found = await findOutcome(deps, kind, steps, startedAtMs);
    if (found === undefined) throw outcomeUnknown(deps, startedAtMs, error);
    return found;
  }
}

/**
 * Looks upstream for the outcome of an attempt. It looks twice: a process that has just started trusts the upstream's
 * clock from its second answer on. A look that fails proves nothing.
 * @throws GatewayError `OUTCOME_UNKNOWN` when the second look fails
 */
async function findOutcome<T>(
  deps: IdempotencyDeps,
  kind: Kind,
  steps: RecoverySteps<T>,
  startedAtMs: number,
): Promise<T | undefined> {
  const results = await answersSince(deps.store.db, kind, startedAtMs - resendAfterMs(deps));
  const takenIds = new Set(results.map(idOfResult));
  const look = () =>
    steps.findOutcome(
      () => startedAtMs + deps.clockOffsetMs(),
      (id) => takenIds.has(id),
    );
  await Promise.allSettled([look()]);
  return look().catch((error: unknown) => {
    throw outcomeUnknown(deps, startedAtMs, error);
  });
}

/** The id in a stored outcome: that of the created object, or the outcome itself. */
function idOfResult(result: string): unknown {
  const outcome: unknown = JSON.parse(result);
  return typeof outcome === 'object' && outcome !== null && 'id' in outcome ? outcome.id : outcome;
}

/** How long after its start an attempt without an outcome may still be carried out upstream. */
function resendAfterMs({ upstreamTimeoutMs }: IdempotencyDeps): number {
  return TIMEOUTS_BEFORE_RESEND * upstreamTimeoutMs;
}

/** An unknown outcome, an unavailable store and our own bugs are no refusals: the upstream may have acted. */
function isDefiniteRefusal(error: unknown): boolean {
  return error instanceof GatewayError && error.code !== 'OUTCOME_UNKNOWN' && error.code !== 'UNAVAILABLE';
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
