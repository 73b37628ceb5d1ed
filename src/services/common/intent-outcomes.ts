import { assignOutcome, findIntent, sentIntents } from '../../store/coordination/intents.ts';
import type { IntentRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import type { IntentHoldsDeps } from './intent-holds.ts';

/** An object upstream that may be the outcome of a lost call. */
export interface Candidate<T> {
  id: string;
  /** As the upstream writes it; a candidate without a time is passed over. */
  createdAt: string | null;
  /** What a caller is answered with if it is the outcome. */
  outcome: T;
}

/** What is needed to compare the upstream's times with those of the store. */
export interface OutcomeDeps extends IntentHoldsDeps {
  /** How far the upstream's clock is ahead of `Clock.evenMs`. */
  clockOffsetMs(): number;
}

/** An object that is so much older than the request may still be its outcome, besides the part of a second. */
const SLACK_MS = 1_000;

/**
 * Gives the intents of a turn that have no outcome the candidates that no intent has, oldest to oldest, in one transaction
 * of the turn. It does not matter which of two equal requests gets which of two equal objects, as long as no object
 * is given twice. A candidate that is older than the request is never its outcome.
 * @param decideAfterMs for so long after the request nothing is decided while there are more candidates than intents
 * @returns the intent as it is then
 */
export async function assignCandidates<T>(
  deps: OutcomeDeps,
  intent: IntentRow,
  candidates: readonly Candidate<T>[],
  decideAfterMs: number,
): Promise<IntentRow | undefined> {
  const { turnKey } = intent;
  if (turnKey === null) return intent;
  return deps.store.transaction(turnKey, async (tx) => {
    const rows = await sentIntents(tx, turnKey);
    const taken = new Set(rows.map(({ outcomeId }) => outcomeId));
    const free = candidates
      .map((candidate) => ({ ...candidate, createdAtMs: parseUpstreamTime(candidate.createdAt) }))
      .filter(({ id, createdAtMs }) => !Number.isNaN(createdAtMs) && !taken.has(id))
      .sort((one, other) => one.createdAtMs - other.createdAtMs);
    const storeNowMs = await readStoreTime(deps, tx);
    // The store's time and ours may differ, and ours and the upstream's: what counts is the sum. Ours must run evenly:
    // the offset is learned from answers, and would not be right from when the host's clock is set to the next answer.
    const upstreamAheadMs = deps.clock.evenMs() + deps.clockOffsetMs() - storeNowMs;
    const open = rows.flatMap((row) =>
      row.outcomeId !== null || row.sentAt === null ? [] : [{ ...row, sentAt: row.sentAt }],
    );
    const [first, last] = [open[0], open.at(-1)];
    if (first === undefined || last === undefined) return findIntent(tx, intent);
    const sinceFirstMs = earliestOutcomeMs(first.sentAt + upstreamAheadMs);
    const recent = free.filter(({ createdAtMs }) => createdAtMs >= sinceFirstMs);
    // Another client has created some of them. More may show soon; until then nothing is decided.
    const isAmbiguous = recent.length > open.length;
    if (isAmbiguous && storeNowMs - last.sentAt < decideAfterMs) return findIntent(tx, intent);
    for (const row of open) {
      const earliestMs = earliestOutcomeMs(row.sentAt + upstreamAheadMs);
      const index = free.findIndex(({ createdAtMs }) => createdAtMs >= earliestMs);
      const [candidate] = index < 0 ? [] : free.splice(index, 1);
      if (candidate === undefined) continue;
      await assignOutcome(tx, row, { id: candidate.id, result: JSON.stringify(candidate.outcome) });
    }
    return findIntent(tx, intent);
  });
}

/**
 * Gives an intent the outcome that this process has got for it, although another process has taken the intent over. An
 * outcome that it or another intent of the turn has already is left to it.
 * @returns the outcome that the intent has instead, as JSON; undefined when this one is its outcome, or nothing waits for
 * one any more
 */
export async function offerOutcome(
  { store }: IntentHoldsDeps,
  intent: IntentRow,
  outcome: { id: string; result: string },
): Promise<string | undefined> {
  const { turnKey } = intent;
  if (turnKey === null) return undefined;
  return store.transaction(turnKey, async (tx) => {
    const [row, sent] = [await findIntent(tx, intent), await sentIntents(tx, turnKey)];
    if (row === undefined || sent.some(({ outcomeId }) => outcomeId === outcome.id)) return undefined;
    if (row.outcomeId !== null) return row.result ?? undefined;
    await assignOutcome(tx, row, outcome);
    return undefined;
  });
}

/** The earliest time of an outcome of a request that was sent at a time; upstream times have whole seconds. */
function earliestOutcomeMs(sentAtMs: number): number {
  return Math.floor(sentAtMs / 1_000) * 1_000 - SLACK_MS;
}

/** Upstream times without a zone are in UTC (docs/upstream/quantconnect.md, Loose values). */
function parseUpstreamTime(text: string | null): number {
  if (text === null) return Number.NaN;
  return Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
}

/** The present time of the store in milliseconds since the epoch. */
export async function readStoreTime({ store, clock }: IntentHoldsDeps, db: Db): Promise<number> {
  const { nowMs } = await db.selectNoFrom(store.time(clock.evenMs()).as('nowMs')).executeTakeFirstOrThrow();
  return Number(nowMs);
}
