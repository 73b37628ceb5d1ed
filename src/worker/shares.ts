import type { DueQueue, QueueKey, Take } from '../store/coordination/claims.ts';
import type { WatchKind, WatchRow } from '../store/schema/index.ts';

/** How many polls may run at a time in one process. */
export interface PollShares {
  all: number;
  ofOwner: Share;
  ofCredential: Share;
}

/** What one owner, or one credential, may hold of it. */
export interface Share {
  polls: number;
  /** Of these, so many at most that only show clients something. The others are left for guards and runs. */
  pictures: number;
}

/** What a running poll counts for. */
export type RunningPoll = Pick<WatchRow, 'ownerId' | 'credentialId' | 'kind'>;

/** What is to be claimed. */
export interface ClaimPlan {
  takes: Take[];
  /** True when something that is due waits for a poll to end. */
  isHeldUp: boolean;
}

/** One owner holds at most a quarter, one credential an eighth, and pictures three quarters of either; each at least one. */
export function sharesOf(all: number): PollShares {
  const shareOf = (polls: number): Share => ({ polls, pictures: partOf(polls, 0.75) });
  return { all, ofOwner: shareOf(partOf(all, 0.25)), ofCredential: shareOf(partOf(all, 0.125)) };
}

function partOf(whole: number, part: number): number {
  return Math.max(1, Math.floor(whole * part));
}

/** A followed list only shows clients something; deployments have guards and ends, and runs have steps to do. */
function isPicture(kind: WatchKind): boolean {
  return kind === 'AI_TASK_LIST';
}

/**
 * Between owners with equally many polls under way, a guard goes before what is overdue by up to this much more. It is no
 * more than that, so that the guards of some owners cannot keep the polls of others waiting.
 */
const GUARD_AHEAD_MS = 5_000;

/** Within one owner: guards, then ends and steps of runs, then pictures. */
function rankOf({ isGuarded, kind }: QueueKey): number {
  if (isGuarded) return 0;
  return isPicture(kind) ? 2 : 1;
}

/** Later than any due time. */
const NONE = Number.POSITIVE_INFINITY;

function orderMs({ isGuarded, firstDueAt }: DueQueue): number {
  return isGuarded ? firstDueAt - GUARD_AHEAD_MS : firstDueAt;
}

/**
 * Gives places to the owners in turn: the next one goes to the owner with the fewest polls under way, of several to the one
 * with a guard or with what is longest overdue; and there to guards before all else, pictures last.
 * @param queues what is due
 * @param running the polls that run
 * @param limit places to give
 */
export function planClaims(
  queues: readonly DueQueue[],
  running: readonly RunningPoll[],
  shares: PollShares,
  limit: number,
): ClaimPlan {
  const owners = countPlaces(shares.ofOwner, ({ ownerId }) => ownerId);
  const credentials = countPlaces(shares.ofCredential, ({ credentialId }) => credentialId);
  const hold = (poll: RunningPoll): void => {
    owners.hold(poll);
    credentials.hold(poll);
  };
  running.forEach(hold);

  const waiting = queues.map((queue) => ({ ...queue, taken: 0 }));
  const hasMore = ({ count, taken }: (typeof waiting)[number]): boolean => taken < count;
  // After a start all watches are due, so what is open is found once for each owner and then only for the one that was served.
  const turnOf = (ofOwner: typeof waiting, held: number) => {
    const open = ofOwner.filter((one) => hasMore(one) && owners.hasPlace(one) && credentials.hasPlace(one));
    return { ofOwner, open, held, orderMs: open.reduce((least, one) => Math.min(least, orderMs(one)), NONE) };
  };
  type Turn = ReturnType<typeof turnOf>;
  const turns = [...Map.groupBy(waiting, ({ ownerId }) => ownerId).values()].map((ofOwner) =>
    turnOf(ofOwner, Math.max(...ofOwner.map(owners.held))),
  );
  const keys = [
    ({ open }: Turn) => (open.length > 0 ? 0 : 1),
    ({ held }: Turn) => held,
    (turn: Turn) => turn.orderMs,
  ];
  for (let place = 0; place < limit; place += 1) {
    const turn = minBy(turns, keys);
    const next = turn && minBy(turn.open, [rankOf, ({ firstDueAt }) => firstDueAt]);
    if (turn === undefined || next === undefined) break;
    next.taken += 1;
    hold(next);
    Object.assign(turn, turnOf(turn.ofOwner, turn.held + 1));
  }
  return {
    takes: waiting
      .filter(({ taken }) => taken > 0)
      .map(({ credentialId, kind, isGuarded, taken, count }) => ({
        queue: { credentialId, kind, isGuarded },
        limit: taken,
        isWhole: taken === count,
      })),
    isHeldUp: waiting.some(hasMore),
  };
}

/** The places that are held, of each owner or each credential. */
function countPlaces(share: Share, keyOf: (poll: RunningPoll) => string) {
  const polls = new Map<string, number>();
  const pictures = new Map<string, number>();
  const countOf = (counts: Map<string, number>, poll: RunningPoll): number => counts.get(keyOf(poll)) ?? 0;
  const raise = (counts: Map<string, number>, poll: RunningPoll): void =>
    void counts.set(keyOf(poll), countOf(counts, poll) + 1);
  return {
    hold(poll: RunningPoll): void {
      raise(polls, poll);
      if (isPicture(poll.kind)) raise(pictures, poll);
    },
    held: (poll: RunningPoll): number => countOf(polls, poll),
    hasPlace: (poll: RunningPoll): boolean =>
      countOf(polls, poll) < share.polls &&
      (!isPicture(poll.kind) || countOf(pictures, poll) < share.pictures),
  };
}

/** The first of the items with the smallest keys, the earlier keys counting more. */
function minBy<T>(items: readonly T[], keys: readonly ((item: T) => number)[]): T | undefined {
  const isLess = (one: T, other: T): boolean => {
    for (const key of keys) if (key(one) !== key(other)) return key(one) < key(other);
    return false;
  };
  return items.reduce<T | undefined>(
    (least, item) => (least === undefined || isLess(item, least) ? item : least),
    undefined,
  );
}
