import { createHash } from 'node:crypto';
import { badUserInput, conflict, GatewayError } from '../errors.ts';
import { deleteIntent, findIntent, finishIntent, insertIntent, replaceIntent } from '../store/intents.ts';
import type { IntentRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

/** What a caller asks to happen once. */
export interface Intent {
  ownerId: string;
  operation: string;
  /** Absent: the caller takes the risk of asking twice, but a lost answer is still looked up. */
  key?: string | null | undefined;
  /** Everything that makes the request what it is. */
  input: unknown;
}

/** How to do it, and how to find out afterwards whether it was done. */
export interface Steps<T> {
  run(): Promise<T>;
  /**
   * Looks upstream for the outcome of a call begun at `sinceMs()`; undefined when it shows none. It must not
   * change anything. Ask for the time after the look: it is the upstream's, and the answer tells its clock.
   */
  trace(sinceMs: () => number): Promise<T | undefined>;
  /** Told of the outcome when it is new; once more only if the process dies before the key has it. */
  record?(outcome: T): Promise<void>;
}

/** Makes creating and prompting safe against an upstream that knows no idempotency. */
export interface Idempotency {
  /**
   * Runs `steps` at most once for one owner, operation and key; the same request answers the same again.
   * @throws GatewayError `CONFLICT` for the same key with other input, `OUTCOME_UNKNOWN` when the answer was
   * lost and cannot be traced; a definite refusal frees the key
   */
  once<T>(intent: Intent, steps: Steps<T>): Promise<T>;
}

export interface IdempotencyDeps {
  store: Store;
  clock: { now(): number };
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

export const createIdempotency = (deps: IdempotencyDeps): Idempotency => {
  const { store, clock, isAmbiguous } = deps;
  const underWay = new Map<string, { fingerprint: string; result: Promise<unknown> }>();

  const unknownOutcome = (startedAtMs: number, cause?: unknown): GatewayError => {
    const untilSettledMs = startedAtMs + deps.settledAfterMs - clock.now();
    return new GatewayError(
      'OUTCOME_UNKNOWN',
      'The answer was lost and the outcome could not be traced; ask again with the same idempotency key',
      { retryAfter: untilSettledMs > 0 ? Math.ceil(untilSettledMs / 1_000) : ASK_AGAIN_SECONDS },
      cause,
    );
  };

  /**
   * What a call begun at a moment has left upstream; a look that fails says nothing. It looks twice, for a
   * process that has just started believes the upstream's clock from the second answer on.
   */
  const trace = async <T>(steps: Steps<T>, startedAtMs: number): Promise<T | undefined> => {
    const look = () => steps.trace(() => startedAtMs + deps.clockOffsetMs());
    await Promise.allSettled([look()]);
    return look().catch((error: unknown) => {
      throw unknownOutcome(startedAtMs, error);
    });
  };

  const sent = async <T>(steps: Steps<T>): Promise<T> => {
    const startedAtMs = clock.now();
    try {
      return await steps.run();
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      const found = await trace(steps, startedAtMs);
      if (found === undefined) throw unknownOutcome(startedAtMs, error);
      return found;
    }
  };

  const attempt = async <T>(steps: Steps<T>): Promise<T> => {
    const outcome = await sent(steps);
    await steps.record?.(outcome);
    return outcome;
  };

  /** A first try: the intent is on disk before anything is sent. */
  const begin = async <T>(row: IntentRow, steps: Steps<T>): Promise<T> => {
    try {
      const result = await attempt(steps);
      await finishIntent(store.db, row, JSON.stringify(result));
      return result;
    } catch (error) {
      // Only a definite refusal frees the key; a failure of our own may have come after the upstream's yes.
      const isRefusal = error instanceof GatewayError && error.code !== 'OUTCOME_UNKNOWN';
      if (isRefusal) await deleteIntent(store.db, row);
      throw error;
    }
  };

  /** A key seen before. */
  const resume = async <T>(row: IntentRow, fingerprint: string, steps: Steps<T>): Promise<T> => {
    if (row.fingerprint !== fingerprint) throw reusedKey();
    if (row.result !== null) return JSON.parse(row.result) as T;
    // The process that began it died, or the answer was lost: look before anything is sent again.
    const found = await trace(steps, row.createdAt);
    if (found !== undefined) {
      await steps.record?.(found);
      await finishIntent(store.db, row, JSON.stringify(found));
      return found;
    }
    if (clock.now() - row.createdAt < deps.settledAfterMs) throw unknownOutcome(row.createdAt);
    // Nothing came of it and nothing will. What is sent now has its own time to be settled in.
    const again = { ...row, createdAt: clock.now() };
    await replaceIntent(store, again);
    return begin(again, steps);
  };

  return {
    async once<T>(intent: Intent, steps: Steps<T>): Promise<T> {
      const { ownerId, operation, key } = intent;
      if (key == null) return attempt(steps);
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
      const result = (async () => {
        const row: IntentRow = { ownerId, operation, key, fingerprint, createdAt: clock.now(), result: null };
        if (await insertIntent(store.db, row)) return begin(row, steps);
        const known = await findIntent(store.db, row);
        return known === undefined ? begin(row, steps) : resume(known, fingerprint, steps);
      })().finally(() => underWay.delete(slot));
      underWay.set(slot, { fingerprint, result });
      return result;
    },
  };
};

const reusedKey = (): GatewayError => conflict('The idempotency key was used with other input');
