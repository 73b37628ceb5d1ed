import { gist, type LoggedEvent, type Reader } from './history.ts';

/** Event as clients get it; `id` is its cursor. */
export type ToldEvent = Omit<LoggedEvent, 'seq' | 'reason'> & { id: string };

/** Writes down what subscribers are told. */
export interface Ear {
  hear(reader: Reader, event: ToldEvent): void;
  told: Map<string, Map<number, string>>;
  /** When an event of an owner first reached anybody. */
  firstHeardMs(owner: string, seq: number): number | undefined;
  deliveries(): number;
}

export const createEar = (): Ear => {
  const told = new Map<string, Map<number, string>>();
  const first = new Map<string, Map<number, number>>();
  let deliveries = 0;

  const of = <V>(book: Map<string, Map<number, V>>, owner: string): Map<number, V> => {
    const page = book.get(owner) ?? new Map<number, V>();
    book.set(owner, page);
    return page;
  };

  return {
    hear(reader, event) {
      const seq = Number(event.id);
      reader.seen.push(seq);
      deliveries += 1;
      const words = gist(event);
      const page = of(told, reader.owner);
      // Two who were told different things under one id cannot both be right: the checker finds which one is not.
      if (!page.has(seq) || page.get(seq) !== words)
        page.set(seq, page.has(seq) ? `${page.get(seq)} / ${words}` : words);
      const heard = of(first, reader.owner);
      if (!heard.has(seq)) heard.set(seq, Date.now());
    },
    told,
    firstHeardMs: (owner, seq) => first.get(owner)?.get(seq),
    deliveries: () => deliveries,
  };
};
