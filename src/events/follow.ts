import { unlessUnavailable } from '../store/driver/unavailable.ts';
import type { Seat, StreamPage, TailSource } from './tail.ts';
import type { GroupSource } from './tail-group.ts';
import type { Tails } from './tails.ts';

/** A stored, ordered stream that can be followed. */
export interface FollowedStream<Row, Item = Row> {
  /** What all followers at the end of the stream read together. */
  tail: TailSource<Row>;
  /** What this follower wants of it. */
  wanted: GroupSource<Row>;
  /** Reads at most `limit` wanted entries after a position, oldest first: for a follower that is behind. */
  read(after: number, limit: number): Promise<StreamPage<Row>>;
  /** What is delivered for entries. @default the entries */
  pick?(rows: readonly Row[]): readonly Item[] | Promise<readonly Item[]>;
}

/**
 * Entries that a follower who is behind reads at a time. They are executed and sent in one turn of the event loop, so they are
 * few: with 50, a turn took up to 26 ms on a busy machine.
 */
const BEHIND_PAGE = 20;

export interface FollowDeps {
  tails: Tails;
}

/**
 * Delivers a stream from a position on: what is stored first, then new entries as they are written; every entry once, in
 * order. A follower that is behind reads pages by itself; at the end it waits at the tail, which reads for all. No more
 * than one page is buffered. While the store is unavailable the iteration waits.
 */
export function follow<Row, Item = Row>(
  { tails }: FollowDeps,
  { tail, wanted, read, pick }: FollowedStream<Row, Item>,
  after: number,
): AsyncIterableIterator<Item, void, void> {
  const done = { done: true, value: undefined } as const;
  let seat: Seat<Row> | undefined;
  let isClosed = false;
  let position = after;
  let isBehind = true;
  /** True when this follower has read to the end by itself since it last waited. */
  let hasRead = false;
  let mustYield = false;
  let items: readonly Item[] = [];
  let next = 0;

  const close = (): void => {
    isClosed = true;
    items = [];
    next = 0;
    seat?.leave();
  };

  /** Makes a page the next to deliver. @returns false while the store is unavailable: the page is read again */
  const take = async (rows: readonly Row[], upTo: number): Promise<boolean> => {
    const picking = pick === undefined ? (rows as unknown as readonly Item[]) : pick(rows);
    const picked = picking instanceof Promise ? await unlessUnavailable(() => picking) : picking;
    if (picked === undefined) return false;
    items = picked;
    next = 0;
    position = upTo;
    return true;
  };

  /** Reads one page, or finds that this follower is at the end. */
  const readPage = async (from: Seat<Row>): Promise<void> => {
    // The embedded store answers without I/O: a client that is far behind would hold up all others.
    if (mustYield) await tails.nextTurn(tail.stream);
    const before = position;
    const page = await unlessUnavailable(() => read(before, BEHIND_PAGE));
    mustYield = page !== undefined && page.position > before;
    if (page === undefined || !(await take(page.items, page.position))) return from.retry();
    if (position > before) return;
    isBehind = false;
    hasRead = true;
  };

  /** Waits at the tail. @returns false when the stream is over */
  const wait = async (at: Seat<Row>): Promise<boolean> => {
    const wake = await at.join(position, hasRead);
    hasRead = false;
    switch (wake.kind) {
      case 'rows':
        if (await take(wake.rows, wake.position)) return true;
        isBehind = true;
        await at.retry();
        return true;
      case 'behind':
        isBehind = true;
        // The tail and this follower may be overtaking each other: others go on meanwhile.
        mustYield = true;
        return true;
      case 'over': {
        // Entries may have been written together with the end: they are delivered before it.
        const rest = await unlessUnavailable(() => read(position, 1));
        isBehind = true;
        return rest === undefined || rest.items.length > 0;
      }
      case 'failed':
        throw wake.error;
      case 'left':
        return false;
    }
  };

  /** @returns false when there is nothing more */
  const advance = async (): Promise<boolean> => {
    seat ??= tails.attach(tail, wanted);
    while (!isClosed && next >= items.length) {
      if (isBehind) await readPage(seat);
      else if (!(await wait(seat))) return false;
    }
    return !isClosed;
  };

  return {
    async next() {
      if (isClosed) return done;
      try {
        if (next >= items.length && !(await advance())) {
          close();
          return done;
        }
      } catch (error) {
        if (isClosed) return done;
        close();
        throw error;
      }
      const value = items[next] as Item;
      next += 1;
      return { done: false, value };
    },
    async return() {
      close();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
