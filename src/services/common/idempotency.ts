import { createHash } from 'node:crypto';
import { badUserInput, conflict, GatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import {
  answersSince,
  deleteIntent,
  findIntent,
  insertIntent,
  takeOverIntent,
  updateIntent,
} from '../../store/coordination/intents.ts';
import type { IntentRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { HOLD_MS, renewHold } from './intent-holds.ts';

/** What a caller asks to happen once. */
export interface Intent {
  ownerId: string;
  operation: string;
  /** Absent: the caller takes the risk of asking twice, but a lost answer is still looked up. */
  key?: string | null | undefined;
  /** Everything that makes the request what it is. */
  input: unknown;
}

/** True for the id of something that another request of the same kind has got as its answer. */
export type IsTaken = (id: string) => boolean;

/** How to do it, and how to find out afterwards whether it was done. */
export interface CreateSteps<T> {
  send(): Promise<T>;
  /**
   * Looks upstream for the outcome of a call begun at `sinceMs()`; undefined when it shows none. It must not
   * change anything. Ask for the time after the look: it is the upstream's, and the answer tells its clock.
   */
  findOutcome(sinceMs: () => number, isTaken: IsTaken): Promise<T | undefined>;
  /** Told of the outcome when it is new; once more only if the process dies before the key has it. */
  onSuccess?(outcome: T): Promise<void>;
}

/** Makes creating and prompting safe against an upstream that knows no idempotency. */
export interface Idempotency {
  /**
   * Runs `steps` at most once for one owner, operation and key; the same request answers the same again.
   * @throws GatewayError `CONFLICT` for the same key with other input, `OUTCOME_UNKNOWN` when the answer was
   * lost and cannot be traced; a definite refusal frees the key
   */
  once<T>(intent: Intent, steps: CreateSteps<T>): Promise<T>;
}

export interface IdempotencyDeps {
  store: Store;
  clock: Clock;
  /** True when the request of this failed call may have been carried out. */
  isAmbiguous(error: unknown): boolean;
  /** How far the upstream's clock is ahead of ours. */
  clockOffsetMs(): number;
  /** After so long a request that has left no trace upstream will not be carried out any more. */
  settledAfterMs: number;
}

const MAX_KEY = 255;

/** When to ask again where waiting alone will not settle it. */
const ASK_AGAIN_SECONDS = 15;

/** Pauses between two looks at what another replica is doing. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 500;

export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  const { store, clock, isAmbiguous } = deps;
  const underWay = new Map<string, { fingerprint: string; result: Promise<unknown> }>();

  const unknownOutcome = (startedAtMs: number, cause?: unknown): GatewayError => {
    const untilSettledMs = startedAtMs + deps.settledAfterMs - clock.now();
    return new GatewayError(
      'OUTCOME_UNKNOWN',
      'The answer was lost and the outcome could not be traced; with an idempotency key, the same request may be sent again',
      { retryAfter: untilSettledMs > 0 ? Math.ceil(untilSettledMs / 1_000) : ASK_AGAIN_SECONDS },
      cause,
    );
  };

  /**
   * What a call begun at a moment has left upstream; a look that fails says nothing. It looks twice, for a
   * process that has just started believes the upstream's clock from the second answer on.
   */
  const trace = async <T>(
    intent: Pick<Intent, 'ownerId' | 'operation'>,
    steps: CreateSteps<T>,
    startedAtMs: number,
  ): Promise<T | undefined> => {
    const answers = await answersSince(store.db, intent, startedAtMs - deps.settledAfterMs);
    const taken = new Set(answers.map(idIn));
    const look = () =>
      steps.findOutcome(
        () => startedAtMs + deps.clockOffsetMs(),
        (id) => taken.has(id),
      );
    await Promise.allSettled([look()]);
    return look().catch((error: unknown) => {
      throw unknownOutcome(startedAtMs, error);
    });
  };

  const sent = async <T>(
    intent: Pick<Intent, 'ownerId' | 'operation'>,
    steps: CreateSteps<T>,
  ): Promise<T> => {
    const startedAtMs = clock.now();
    try {
      return await steps.send();
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      const found = await trace(intent, steps, startedAtMs);
      if (found === undefined) throw unknownOutcome(startedAtMs, error);
      return found;
    }
  };

  const attempt = async <T>(
    intent: Pick<Intent, 'ownerId' | 'operation'>,
    steps: CreateSteps<T>,
  ): Promise<T> => {
    const outcome = await sent(intent, steps);
    await steps.onSuccess?.(outcome);
    return outcome;
  };

  /** Sends what an intent that is on disk, and held by this process, asks for. */
  const begin = async <T>(row: IntentRow, steps: CreateSteps<T>): Promise<T> => {
    // Whoever was held up for so long may have been taken over: what is sent must belong to who holds the intent.
    if (!(await updateIntent(store.db, row, { heldUntil: clock.now() + HOLD_MS }))) {
      throw unknownOutcome(row.createdAt);
    }
    try {
      const result = await attempt(row, steps);
      await updateIntent(store.db, row, { result: JSON.stringify(result) });
      return result;
    } catch (error) {
      if (isRefusal(error)) await deleteIntent(store.db, row);
      throw error;
    }
  };

  /** Goes on with an intent whose process died, or whose answer was lost: looks before anything is sent again. */
  const resume = async <T>(row: IntentRow, steps: CreateSteps<T>): Promise<T> => {
    const found = await trace(row, steps, row.createdAt);
    if (found !== undefined) {
      await steps.onSuccess?.(found);
      await updateIntent(store.db, row, { result: JSON.stringify(found) });
      return found;
    }
    if (clock.now() - row.createdAt < deps.settledAfterMs) throw unknownOutcome(row.createdAt);
    // Nothing came of it and nothing will. What is sent now has its own time to be settled in.
    const createdAt = clock.now();
    await updateIntent(store.db, row, { createdAt });
    return begin({ ...row, createdAt }, steps);
  };

  /** Works on an intent as its holder, and lets go of it whatever comes of that. */
  const holding = async <T>(row: IntentRow, work: () => Promise<T>): Promise<T> => {
    const stopHolding = renewHold(deps, row);
    try {
      return await work();
    } finally {
      stopHolding();
      // Should this fail too, the hold ends by itself.
      await Promise.allSettled([updateIntent(store.db, row, { heldUntil: 0 })]);
    }
  };

  /** Begins an intent, waits for the replica that is at it, or goes on with what a dead one has left. */
  const settle = async <T>(fresh: IntentRow, steps: CreateSteps<T>): Promise<T> => {
    const startedAtMs = clock.now();
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const now = clock.now();
      const row = { ...fresh, createdAt: now, heldUntil: now + HOLD_MS };
      if (await insertIntent(store.db, row)) return holding(row, () => begin(row, steps));
      const known = await findIntent(store.db, row);
      if (known === undefined) continue;
      if (known.fingerprint !== fresh.fingerprint) throw reusedKey();
      if (known.result !== null) return JSON.parse(known.result) as T;
      const taken = await takeOverIntent(store.db, known, now, row.heldUntil);
      if (taken !== undefined) return holding(taken, () => resume(taken, steps));
      if (now - startedAtMs > deps.settledAfterMs) throw unknownOutcome(known.createdAt);
      await clock.sleep(waitMs);
    }
  };

  return {
    async once<T>(intent: Intent, steps: CreateSteps<T>): Promise<T> {
      const { ownerId, operation, key } = intent;
      if (key == null) return attempt(intent, steps);
      if (key.length === 0 || key.length > MAX_KEY) {
        throw badUserInput({ path: 'idempotencyKey', message: `must have 1 to ${MAX_KEY} characters` });
      }
      const fingerprint = createHash('sha256').update(JSON.stringify(intent.input)).digest('base64url');
      const slot = JSON.stringify([ownerId, operation, key]);
      const current = underWay.get(slot);
      if (current !== undefined) {
        if (current.fingerprint !== fingerprint) throw reusedKey();
        return current.result as Promise<T>;
      }
      const open = { createdAt: 0, result: null, heldUntil: 0, fence: 0 };
      const result = settle({ ownerId, operation, key, fingerprint, ...open }, steps).finally(() =>
        underWay.delete(slot),
      );
      underWay.set(slot, { fingerprint, result });
      return result;
    },
  };
}

/**
 * Only a definite refusal frees the key. After an unknown outcome, a store that was away, or a failure of our own, the
 * upstream may have said yes.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof GatewayError && error.code !== 'OUTCOME_UNKNOWN' && error.code !== 'UNAVAILABLE';
}

/** The id in an answer: of the thing that was made, or the answer itself. */
function idIn(answer: string): unknown {
  const value: unknown = JSON.parse(answer);
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
}

function reusedKey(): GatewayError {
  return conflict('The idempotency key was used with other input');
}
