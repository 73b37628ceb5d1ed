import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { unlessUnavailable } from '../store/driver/unavailable.ts';
import type { Bus } from './bus.ts';
import { createGroup, type Group, type GroupSource, type Wake } from './tail-group.ts';

/** One page of a stream. `position` is how far it was read; it may grow although no item matched. */
export interface StreamPage<T> {
  items: T[];
  position: number;
}

/** A stream that all followers at its end read together. */
export interface TailSource<Row> {
  /** Followers of one stream with equal keys share one tail. */
  key: string;
  /** The stream of its hints on the bus. */
  stream: string;
  /** Whose log it is a part of: the head of the log tells if the stream has grown. Without an owner every sweep reads it. */
  ownerId?: string;
  /** Reads at most `limit` entries after a position, oldest first. */
  read(after: number, limit: number): Promise<StreamPage<Row>>;
  positionOf(row: Row): number;
  topicsOf(row: Row): readonly string[];
  /** When the entry was written, in ms since the epoch; left out where that is not kept. */
  occurredAtMsOf?(row: Row): number;
}

/** The place of one follower at a tail. */
export interface Seat<Row> {
  /**
   * Waits at the end of the stream for what the follower wants.
   * @param hasRead true when the follower has read the stream by itself: then it is also asked if the stream is over
   */
  join(position: number, hasRead: boolean): Promise<Wake<Row>>;
  /** Waits for the next hint or sweep, while the store is unavailable. */
  retry(): Promise<void>;
  /** Leaves the tail. A wait ends at once. */
  leave(): void;
}

/** The one reader of a stream for all followers that have read everything before. */
export interface Tail<Row> {
  readonly ownerId: string | undefined;
  attach(source: GroupSource<Row>): Seat<Row>;
  /** Looks without a hint. @param head the end of the owner's log; undefined if it is not known */
  sweep(head: number | undefined): void;
}

/** Entries read from the store at a time: the most that a slow reader holds in memory. */
const PAGE_SIZE = 50;

/** Followers that are woken in one turn of the event loop. */
const WOKEN_AT_ONCE = 500;

/**
 * @param callbacks.onEmpty called when the last follower has left
 * @param callbacks.onRead gets the time of each entry that is read for those who wait
 */
export function createTail<Row>(
  source: TailSource<Row>,
  bus: Pick<Bus, 'subscribe'>,
  { onEmpty, onRead }: { onEmpty(): void; onRead?: ((occurredAtMs: number) => void) | undefined },
): Tail<Row> {
  const count = { waiting: 0 };
  const groups = new Map<string, Group<Row>>();
  const byTopic = new Map<string, Set<Group<Row>>>();
  const retrying = new Set<() => void>();
  /** How far all have read that wait. */
  let position = 0;
  /** The last page that was read, for followers that are still delivering the one before. */
  let lastPage: { from: number; rows: readonly Row[] } | undefined;
  /** True when there may be entries after `position`. */
  let isBehind = true;
  /** True when something was read since the last sweep. */
  let hasMoved = false;
  let reading: Promise<void> | undefined;

  const invalidateAll = (): void => {
    for (const group of groups.values()) group.invalidate();
  };
  const checkAll = (): void => {
    for (const group of groups.values()) group.check();
  };

  /** Gives the rows of a page to those who want them; no one else wakes. */
  const deliver = async (rows: readonly Row[]): Promise<void> => {
    if (onRead && source.occurredAtMsOf) for (const row of rows) onRead(source.occurredAtMsOf(row));
    const rowsOf = new Map<string, Row[]>();
    for (const row of rows) {
      for (const topic of source.topicsOf(row)) {
        const known = rowsOf.get(topic);
        if (known !== undefined) known.push(row);
        else rowsOf.set(topic, [row]);
      }
    }
    const woken: [resolve: (wake: Wake<Row>) => void, wake: Wake<Row>][] = [];
    for (const [topic, ofTopic] of rowsOf) {
      for (const group of byTopic.get(topic) ?? []) {
        const wanted = group.wantedOf(ofTopic);
        if (wanted.length === 0) continue;
        const wake: Wake<Row> = { kind: 'rows', rows: wanted, position };
        for (const resolve of group.takeWaiting()) woken.push([resolve, wake]);
      }
    }
    for (const [index, [resolve, wake]] of woken.entries()) {
      if (index > 0 && index % WOKEN_AT_ONCE === 0) await yieldToEventLoop();
      resolve(wake);
    }
  };

  const readPages = async (): Promise<void> => {
    while (isBehind && count.waiting > 0) {
      isBehind = false;
      const from = position;
      const page = await unlessUnavailable(() => source.read(from, PAGE_SIZE));
      if (page === undefined) {
        isBehind = true;
        return;
      }
      if (position !== from) {
        // Those who waited have left, and another one has come at another position.
        isBehind = true;
        continue;
      }
      if (page.position === from) continue;
      position = page.position;
      hasMoved = true;
      lastPage = position > from ? { from, rows: page.items } : undefined;
      if (page.items.length > 0) await deliver(page.items);
      if (page.items.length >= PAGE_SIZE) {
        isBehind = true;
        await yieldToEventLoop();
      }
    }
  };

  /** Reads on, if anyone waits. @returns resolves when nothing more is there */
  const readOn = (): Promise<void> => {
    isBehind = true;
    if (count.waiting === 0) return Promise.resolve();
    reading ??= (async () => {
      try {
        await readPages();
      } catch (error) {
        isBehind = true;
        for (const group of groups.values())
          for (const resolve of group.takeWaiting()) resolve({ kind: 'failed', error });
      } finally {
        reading = undefined;
      }
    })();
    return reading;
  };

  const retryAll = (): void => {
    for (const resolve of retrying) resolve();
    retrying.clear();
  };

  const unsubscribe = bus.subscribe(source.stream, (hinted, topics) => {
    retryAll();
    if (hinted === 0) {
      invalidateAll();
      checkAll();
    } else {
      if (count.waiting > 0 && hinted <= position) return;
      if (topics !== undefined && !topics.some((topic) => byTopic.has(topic))) {
        isBehind = true;
        return;
      }
    }
    void readOn();
  });

  /** The entries after a position that a group wants, if they are on the last page. */
  const onLastPage = (group: Group<Row>, after: number): readonly Row[] | undefined => {
    if (lastPage === undefined || after < lastPage.from) return undefined;
    return group.wantedOf(
      lastPage.rows.filter(
        (row) => source.positionOf(row) > after && source.topicsOf(row).includes(group.topic),
      ),
    );
  };

  const groupOf = (wanted: GroupSource<Row>): Group<Row> => {
    const known = groups.get(wanted.key);
    if (known !== undefined) return known;
    const group = createGroup(wanted, count);
    groups.set(wanted.key, group);
    const ofTopic = byTopic.get(wanted.topic) ?? new Set();
    byTopic.set(wanted.topic, ofTopic.add(group));
    return group;
  };

  const drop = (group: Group<Row>): void => {
    groups.delete(group.key);
    const ofTopic = byTopic.get(group.topic);
    ofTopic?.delete(group);
    if (ofTopic?.size === 0) byTopic.delete(group.topic);
    if (groups.size > 0) return;
    unsubscribe();
    onEmpty();
  };

  return {
    ownerId: source.ownerId,

    attach(wanted) {
      const group = groupOf(wanted);
      group.seats += 1;
      let hasLeft = false;
      let stopWaiting = (): void => undefined;

      const wait = (): Promise<Wake<Row>> =>
        new Promise((resolve) => {
          const stop = group.wait(resolve);
          stopWaiting = () => {
            stop();
            resolve({ kind: 'left' });
          };
          if (isBehind) void readOn();
          group.check();
        });

      return {
        async join(at, hasRead) {
          if (hasLeft) return { kind: 'left' };
          if (hasRead) group.invalidate();
          if (at === position) return wait();
          if (!hasRead) {
            // It was still delivering while the tail has read on.
            const rows = at < position ? onLastPage(group, at) : undefined;
            if (rows === undefined) return { kind: 'behind' };
            if (rows.length > 0) return { kind: 'rows', rows, position };
          } else if (count.waiting === 0) {
            // No one else's position matters. What the tail has read before, this follower may not have.
            position = at;
            lastPage = undefined;
            isBehind = true;
          } else {
            await readOn();
            if (hasLeft) return { kind: 'left' };
            if (at !== position) return { kind: 'behind' };
          }
          return wait();
        },
        retry: () =>
          new Promise((resolve) => {
            if (hasLeft) return resolve();
            retrying.add(resolve);
            stopWaiting = () => {
              retrying.delete(resolve);
              resolve();
            };
          }),
        leave() {
          if (hasLeft) return;
          hasLeft = true;
          stopWaiting();
          group.seats -= 1;
          if (group.seats === 0) drop(group);
        },
      };
    },

    sweep(head) {
      lastPage = undefined;
      retryAll();
      if (head === undefined || head !== position || hasMoved) {
        // A hint may be lost, and with it the news that what the followers depend on has changed.
        hasMoved = false;
        invalidateAll();
        void readOn();
      }
      for (const group of groups.values()) {
        if (group.renews) group.invalidate();
        group.check();
      }
    },
  };
}
