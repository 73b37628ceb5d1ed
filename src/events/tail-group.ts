import { isStoreUnavailable } from '../store/driver/unavailable.ts';

/** What ends the wait of a follower at a tail. */
export type Wake<Row> =
  /** New entries that it wants; the stream was read up to `position`. */
  | { kind: 'rows'; rows: readonly Row[]; position: number }
  /** The tail has read on without it: it reads for itself. */
  | { kind: 'behind' }
  /** The stream is over, as far as its state says. */
  | { kind: 'over' }
  | { kind: 'failed'; error: unknown }
  /** It has left. */
  | { kind: 'left' };

/** What followers that want the same entries share. */
export interface GroupSource<Row> {
  /** Followers of a tail with equal keys want the same entries, and their streams end at the same time. */
  key: string;
  /** The topic of all entries that they want. */
  topic: string;
  /** False for an entry of the topic that they do not want. @default all are wanted */
  isWanted?(row: Row): boolean;
  /** True ends the streams, an error ends them with that error. Asked once for all followers that wait. */
  isOver(): Promise<boolean>;
  /** False for an entry after which `isOver` need not be asked. @default it is asked after each */
  canEndAfter?(row: Row): boolean;
  /** True if `isOver` also notes that the stream is still followed, so that each sweep asks it. @default false */
  renews?: boolean;
}

/** The followers of one tail that want the same. */
export interface Group<Row> {
  readonly key: string;
  readonly topic: string;
  readonly renews: boolean;
  /** How many followers there are, waiting or not. */
  seats: number;
  wantedOf(rows: readonly Row[]): readonly Row[];
  /** Adds a follower that waits. @returns takes it away again */
  wait(resolve: (wake: Wake<Row>) => void): () => void;
  /** Takes all that wait. The caller resolves them. */
  takeWaiting(): ((wake: Wake<Row>) => void)[];
  /** Notes that the stream may be over. It is asked when a follower waits. */
  invalidate(): void;
  /** Asks whether the stream is over, if that is not known and a follower waits. */
  check(): void;
}

/** @param count of all followers of the tail that wait */
export function createGroup<Row>(source: GroupSource<Row>, count: { waiting: number }): Group<Row> {
  const { isWanted, canEndAfter } = source;
  const waiting = new Set<(wake: Wake<Row>) => void>();
  let isChecked = false;
  let isChecking = false;
  /** How the stream has ended; undefined while it has not. */
  let end: Wake<Row> | undefined;

  const takeWaiting = (): ((wake: Wake<Row>) => void)[] => {
    const taken = [...waiting];
    waiting.clear();
    count.waiting -= taken.length;
    return taken;
  };

  const ask = async (): Promise<Wake<Row> | undefined> => {
    try {
      return (await source.isOver()) ? { kind: 'over' } : undefined;
    } catch (error) {
      if (isStoreUnavailable(error)) throw error;
      return { kind: 'failed', error };
    }
  };

  const checkUntilKnown = async (): Promise<void> => {
    isChecking = true;
    try {
      while (!isChecked && waiting.size > 0) {
        isChecked = true;
        const found = await ask();
        // The state has changed meanwhile.
        if (!isChecked) continue;
        end = found;
        if (end !== undefined) for (const resolve of takeWaiting()) resolve(end);
      }
    } catch {
      // While the store is unavailable it is not known: the next sweep asks again.
      isChecked = false;
    } finally {
      isChecking = false;
    }
  };

  const invalidate = (): void => {
    isChecked = false;
    end = undefined;
  };

  return {
    key: source.key,
    topic: source.topic,
    renews: source.renews ?? false,
    seats: 0,
    wantedOf(rows) {
      const wanted = isWanted === undefined ? rows : rows.filter(isWanted);
      if (wanted.length > 0 && (canEndAfter === undefined || wanted.some(canEndAfter))) invalidate();
      return wanted;
    },
    wait(resolve) {
      waiting.add(resolve);
      count.waiting += 1;
      return () => {
        if (waiting.delete(resolve)) count.waiting -= 1;
      };
    },
    takeWaiting,
    invalidate,
    check() {
      if (end !== undefined) for (const resolve of takeWaiting()) resolve(end);
      if (!isChecking) void checkUntilKnown();
    },
  };
}
