import { conflict, type GatewayError, rateLimited } from '../../errors.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import {
  completeIntent,
  findIntent,
  insertIntent,
  isTurnHeld,
  markSent,
  type NewIntent,
  type Time,
  takeOverIntent,
  updateIntent,
} from '../../store/coordination/intents.ts';
import type { IntentRow } from '../../store/schema/index.ts';
import type { Db, Store } from '../../store/store.ts';

/** A request whose intent is to be held. */
export type IntentRequest = Omit<NewIntent, 'createdAt'>;

/** What became of the try to hold the intent of a request. */
export type Acquired =
  /** This process has written the intent and holds it. Nothing was sent for it. */
  | { state: 'NEW'; intent: IntentRow }
  /** This process holds the intent of one that has died or given up, and that may have sent the request. */
  | { state: 'TAKEN_OVER'; intent: IntentRow }
  /** Another process has held the intent during the whole wait. */
  | { state: 'HELD_ELSEWHERE'; intent: IntentRow }
  /** An earlier request has stored its outcome. */
  | { state: 'SETTLED'; intent: IntentRow; result: string };

export interface IntentHoldsDeps {
  store: Store;
  clock: Clock;
}

/** A process that has not renewed its hold for so long is dead; another one may take over its intent. */
const HOLD_MS = 10_000;

/** Pauses between two reads of an intent or a turn that another process holds. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 500;

/** The present time of the store, and the end of a hold that begins now. */
function holdTimes({ store, clock }: IntentHoldsDeps): { now: Time; heldUntil: Time; minFence: number } {
  const nowMs = clock.evenMs();
  return { now: store.time(nowMs), heldUntil: store.time(nowMs, HOLD_MS), minFence: clock.now() };
}

/**
 * Writes the intent of a request, or takes over the one that exists; waits up to `maxWaitMs` while another process
 * holds it, or another intent of its turn.
 * @throws GatewayError `CONFLICT` for a key that was used with other input; `RATE_LIMITED` when the turn was held during the
 * whole wait: nothing was sent
 */
export async function acquireIntent(
  deps: IntentHoldsDeps,
  request: IntentRequest,
  maxWaitMs: number,
): Promise<Acquired> {
  const { store, clock } = deps;
  const startedAtMs = clock.steadyMs();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const acquired = await (request.turnKey === null
      ? tryAcquire(deps, store.db, request)
      : store.transaction(request.turnKey, (tx) => tryAcquire(deps, tx, request)));
    const isWaiting = acquired === 'TURN_HELD' || acquired.state === 'HELD_ELSEWHERE';
    if (acquired !== 'TURN_HELD' && !isWaiting) return acquired;
    if (clock.steadyMs() - startedAtMs > maxWaitMs) {
      if (acquired !== 'TURN_HELD') return acquired;
      throw rateLimited('An equal request is under way; nothing was sent', 1);
    }
    await clock.sleep(waitMs);
  }
}

async function tryAcquire(
  deps: IntentHoldsDeps,
  db: Db,
  request: IntentRequest,
): Promise<Acquired | 'TURN_HELD'> {
  const times = holdTimes(deps);
  const { now, heldUntil } = times;
  const existing = await findIntent(db, request);
  if (existing !== undefined) {
    if (existing.fingerprint !== request.fingerprint) throw keyConflict();
    if (existing.result !== null) {
      return { state: 'SETTLED', intent: existing, result: existing.result };
    }
  }
  if (request.turnKey !== null && (await isTurnHeld(db, request.turnKey, request, now))) return 'TURN_HELD';
  if (existing === undefined) {
    const intent = await insertIntent(db, { ...request, createdAt: deps.clock.now() }, heldUntil);
    // Written by another process in between: read it with the next try.
    return intent === undefined ? 'TURN_HELD' : { state: 'NEW', intent };
  }
  const intent = await takeOverIntent(db, existing, times);
  if (intent === undefined) return { state: 'HELD_ELSEWHERE', intent: existing };
  const isOfEarlierVersion = intent.turnKey === null && request.turnKey !== null;
  return {
    state: 'TAKEN_OVER',
    intent: isOfEarlierVersion ? await completeIntent(db, intent, request) : intent,
  };
}

/**
 * Takes over a stored intent for the sweeper, if neither it nor its turn is held.
 * @returns the intent with its new fence; undefined when it cannot be held now
 */
export function takeOverUnfinished(deps: IntentHoldsDeps, intent: IntentRow): Promise<IntentRow | undefined> {
  const { turnKey } = intent;
  if (turnKey === null) return Promise.resolve(undefined);
  return deps.store.transaction(turnKey, async (tx) => {
    const times = holdTimes(deps);
    return (await isTurnHeld(tx, turnKey, intent, times.now)) ? undefined : takeOverIntent(tx, intent, times);
  });
}

/** Renews the hold on an acquired intent until the returned function is called, which gives up the hold. */
export function holdIntent(deps: IntentHoldsDeps, intent: IntentRow): () => Promise<void> {
  const { store, clock } = deps;
  let timer: Timer | undefined;
  let isReleased = false;
  const renew = (): void => {
    timer = clock.after(HOLD_MS / 3, () => {
      updateIntent(store.db, intent, { heldUntil: holdTimes(deps).heldUntil })
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

/** An attempt to send the request of an intent, which the store has noted. */
export interface Attempt {
  /** True when the process was suspended so long that it may have lost the hold: then it must not send. */
  isLate(): boolean;
}

/**
 * Renews the hold and notes that the request is sent now; undefined when another process has taken the intent over or found
 * its outcome.
 */
export async function beginAttempt(deps: IntentHoldsDeps, intent: IntentRow): Promise<Attempt | undefined> {
  const { now, heldUntil } = holdTimes(deps);
  const startedMs = deps.clock.steadyMs();
  const sent = { createdAt: deps.clock.now(), sentAt: now, heldUntil };
  const isHeld = await markSent(deps.store.db, intent, sent);
  return isHeld ? { isLate: () => deps.clock.steadyMs() - startedMs >= HOLD_MS / 2 } : undefined;
}

export function keyConflict(): GatewayError {
  return conflict('The idempotency key was used with other input');
}
