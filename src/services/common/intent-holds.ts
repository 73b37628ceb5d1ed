import { conflict, type GatewayError } from '../../errors.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { findIntent, insertIntent, takeOverIntent, updateIntent } from '../../store/coordination/intents.ts';
import type { IntentRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';

/** A request under an idempotency key. */
export type KeyedRequest = Pick<IntentRow, 'ownerId' | 'operation' | 'key' | 'fingerprint'>;

/** What became of the try to hold the intent of a request. */
export type Acquired =
  /** This process has written the intent and holds it. Nothing was sent for it. */
  | { state: 'NEW'; intent: IntentRow }
  /** This process holds the intent of one that has died or given up, and that may have sent the request. */
  | { state: 'TAKEN_OVER'; intent: IntentRow }
  /** Another process has held the intent during the whole wait. */
  | { state: 'HELD_ELSEWHERE'; intent: IntentRow }
  /** An earlier request has stored its outcome, as JSON. */
  | { state: 'SETTLED'; result: string };

export interface IntentHoldsDeps {
  store: Store;
  clock: Clock;
}

/** A process that has not renewed its hold for so long is dead; another one may take over its intent. */
const HOLD_MS = 10_000;

/** Pauses between two reads of an intent that another process holds. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 500;

/**
 * Writes the intent of a request, or takes over the one that exists; waits up to `maxWaitMs` while another process
 * holds it. @throws GatewayError `CONFLICT` for a key that was used with other input
 */
export async function acquireIntent(
  { store, clock }: IntentHoldsDeps,
  request: KeyedRequest,
  maxWaitMs: number,
): Promise<Acquired> {
  const startedAtMs = clock.now();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const now = clock.now();
    const heldUntil = now + HOLD_MS;
    const intent: IntentRow = { ...request, createdAt: now, result: null, heldUntil, fence: 0 };
    if (await insertIntent(store.db, intent)) return { state: 'NEW', intent };

    const existing = await findIntent(store.db, request);
    // Its request was refused since the insert failed, which frees the key: insert again.
    if (existing === undefined) continue;
    if (existing.fingerprint !== request.fingerprint) throw keyConflict();
    if (existing.result !== null) return { state: 'SETTLED', result: existing.result };

    const takenOver = await takeOverIntent(store.db, existing, now, heldUntil);
    if (takenOver !== undefined) return { state: 'TAKEN_OVER', intent: takenOver };
    if (now - startedAtMs > maxWaitMs) return { state: 'HELD_ELSEWHERE', intent: existing };
    await clock.sleep(waitMs);
  }
}

/** Renews the hold on an acquired intent until the returned function is called, which gives up the hold. */
export function holdIntent({ store, clock }: IntentHoldsDeps, intent: IntentRow): () => Promise<void> {
  let timer: Timer | undefined;
  let isReleased = false;
  const renew = (): void => {
    timer = clock.after(HOLD_MS / 3, () => {
      updateIntent(store.db, intent, { heldUntil: clock.now() + HOLD_MS })
        // The store may be unavailable for a moment. The hold lasts longer, and the next renewal may succeed.
        .catch(() => true)
        .then((isHeld) => isHeld && !isReleased && renew());
    });
  };
  renew();
  return async () => {
    isReleased = true;
    timer?.cancel();
    // If this fails, the hold ends by itself after HOLD_MS.
    await Promise.allSettled([updateIntent(store.db, intent, { heldUntil: 0 })]);
  };
}

/** Renews the hold and notes that an attempt begins now; false when another process has taken the intent over. */
export function beginAttempt({ db }: Store, intent: IntentRow, nowMs: number): Promise<boolean> {
  return updateIntent(db, intent, { createdAt: nowMs, heldUntil: nowMs + HOLD_MS });
}

/** The key belongs to a request with other input. */
export function keyConflict(): GatewayError {
  return conflict('The idempotency key was used with other input');
}
