import { describeEvent, type LoggedEvent, type Reader } from './history.ts';

/** An event as clients get it; `id` is its cursor. */
export type DeliveredEvent = Omit<LoggedEvent, 'seq' | 'reason'> & { id: string };

/** Records what subscribers were sent. */
export interface DeliveryLog {
  record(reader: Reader, event: DeliveredEvent): void;
  /** What was sent under each event number, by owner. */
  delivered: Map<string, Map<number, string>>;
  /** When an event first reached a subscriber; ms since the epoch. */
  firstDeliveredMs(owner: string, seq: number): number | undefined;
  /** All deliveries to all subscribers. */
  count(): number;
}

export function createDeliveryLog(): DeliveryLog {
  const delivered = new Map<string, Map<number, string>>();
  const firstDelivered = new Map<string, Map<number, number>>();
  let count = 0;

  const ofOwner = <V>(map: Map<string, Map<number, V>>, owner: string): Map<number, V> => {
    const events = map.get(owner) ?? new Map<number, V>();
    map.set(owner, events);
    return events;
  };

  return {
    record(reader, event) {
      const seq = Number(event.id);
      reader.seen.push(seq);
      count += 1;
      const text = describeEvent(event);
      const events = ofOwner(delivered, reader.owner);
      // Two different texts under one id are both kept: at least one is wrong, and the checker reports it.
      if (!events.has(seq) || events.get(seq) !== text)
        events.set(seq, events.has(seq) ? `${events.get(seq)} / ${text}` : text);
      const firstTimes = ofOwner(firstDelivered, reader.owner);
      if (!firstTimes.has(seq)) firstTimes.set(seq, Date.now());
    },
    delivered,
    firstDeliveredMs: (owner, seq) => firstDelivered.get(owner)?.get(seq),
    count: () => count,
  };
}
