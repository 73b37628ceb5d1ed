import type { Clock, Timer } from '../lib/clock.ts';
import { createTurns } from '../lib/limit/turns.ts';
import type { Bus } from './bus.ts';
import { createTail, type Seat, type Tail, type TailSource } from './tail.ts';
import type { GroupSource } from './tail-group.ts';

/** The tails of one process: one for each stream that is followed. */
export interface Tails {
  /** Takes a place at the tail of a stream. Hints count from now on. */
  attach<Row>(source: TailSource<Row>, wanted: GroupSource<Row>): Seat<Row>;
  /**
   * Resolves when a follower of a stream that is behind may read its next page: one page in each turn of the event loop, however
   * many followers are behind, and the streams take turns.
   */
  nextTurn(stream: string): Promise<void>;
}

export interface TailsDeps {
  bus: Pick<Bus, 'subscribe'>;
  clock: Pick<Clock, 'after'>;
  /** The ends of the logs of these owners, in few queries; an owner without a log is missing. */
  readHeads(ownerIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Gets when an entry was written that a tail has just read, in ms since the epoch. */
  onRead?(occurredAtMs: number): void;
}

/** Longest wait for a hint; then the heads of all followed logs are read anyway, as a hint may be lost. */
const SWEEP_MS = 5_000;

export function createTails({ bus, clock, readHeads, onRead }: TailsDeps): Tails {
  const tails = new Map<string, Tail<unknown>>();
  const turns = createTurns((task) => void setImmediate(task));
  let timer: Timer | undefined;

  /** @returns undefined when they cannot be read: every tail then reads for itself */
  const findHeads = async (): Promise<ReadonlyMap<string, number> | undefined> => {
    const ownerIds = new Set([...tails.values()].flatMap(({ ownerId }) => ownerId ?? []));
    try {
      return ownerIds.size === 0 ? new Map() : await readHeads([...ownerIds]);
    } catch {
      return undefined;
    }
  };

  const sweep = async (): Promise<void> => {
    const heads = await findHeads();
    for (const tail of tails.values()) {
      tail.sweep(
        tail.ownerId === undefined || heads === undefined ? undefined : (heads.get(tail.ownerId) ?? 0),
      );
    }
  };

  const scheduleSweep = (): void => {
    timer ??= clock.after(SWEEP_MS, () => {
      timer = undefined;
      void sweep().finally(() => {
        if (tails.size > 0) scheduleSweep();
      });
    });
  };

  return {
    attach<Row>(source: TailSource<Row>, wanted: GroupSource<Row>) {
      // The stream names the owner, so no key can make two owners share a tail.
      const key = JSON.stringify([source.stream, source.key]);
      let tail = tails.get(key) as Tail<Row> | undefined;
      if (tail === undefined) {
        const onEmpty = (): void => {
          tails.delete(key);
          if (tails.size > 0) return;
          timer?.cancel();
          timer = undefined;
        };
        tail = createTail(source, bus, { onEmpty, onRead });
        tails.set(key, tail as Tail<unknown>);
        scheduleSweep();
      }
      return tail.attach(wanted);
    },
    nextTurn: (stream) => turns.next(stream),
  };
}
