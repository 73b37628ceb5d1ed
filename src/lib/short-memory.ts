import type { Clock } from './clock.ts';

export interface ShortMemoryOptions<V, Source> {
  /** Reads the value of a key, from what the reader has given. The value may be a promise. */
  load(source: Source): V;
  /** A value is not answered any more so long after its reading began. */
  maxAgeMs: number;
  /** At most so many groups are remembered; those that were read first make room. */
  maxGroups: number;
  /** Called when a group is remembered; returns what is to be called when it is forgotten. */
  onRemember?(group: string): () => void;
  /** Called with each value that is forgotten. */
  onForget?(value: V): void;
  clock: Clock;
}

/**
 * Remembers what was read for a moment, so that not every request reads it again. Keys belong to groups, which are
 * forgotten as a whole. Concurrent readers of a promise share it; one that fails is not remembered.
 */
export interface ShortMemory<V, Source> {
  /** @param source what the value is read from, unless it is remembered: equal keys of a group need equal sources */
  get(group: string, key: string, source: Source): V;
  /** What was read before, or is being read now, is answered to later callers no more. */
  forget(group: string): void;
  /** The same for the keys of all groups that `isMeant` selects. */
  forgetKeys(isMeant: (key: string) => boolean): void;
}

interface Remembered<V> {
  readAtMs: number;
  value: V;
}

interface Group<V> {
  entries: Map<string, Remembered<V>>;
  end: () => void;
}

/** Keys of one group; more begin anew, so that no group can fill the memory. */
const MAX_KEYS = 100;

export function createShortMemory<V, Source>(options: ShortMemoryOptions<V, Source>): ShortMemory<V, Source> {
  const { load, maxAgeMs, maxGroups, clock } = options;
  const { onRemember = () => () => undefined, onForget = () => undefined } = options;
  const groups = new Map<string, Group<V>>();
  let isSweepPlanned = false;

  const drop = ({ entries }: Group<V>, key: string, entry: Remembered<V>): void => {
    if (entries.get(key) !== entry) return;
    entries.delete(key);
    onForget(entry.value);
  };

  const forget = (name: string): void => {
    const group = groups.get(name);
    if (!group) return;
    groups.delete(name);
    for (const [key, entry] of group.entries) drop(group, key, entry);
    group.end();
  };

  const isFresh = ({ readAtMs }: Remembered<V>): boolean => clock.steadyMs() - readAtMs < maxAgeMs;

  /** Forgets what is too old, so that nothing stays in memory longer than it is used. */
  const planSweep = (): void => {
    if (isSweepPlanned) return;
    isSweepPlanned = true;
    clock.after(maxAgeMs, () => {
      isSweepPlanned = false;
      for (const [name, group] of groups) {
        for (const [key, entry] of group.entries) if (!isFresh(entry)) drop(group, key, entry);
        if (group.entries.size === 0) forget(name);
      }
      if (groups.size > 0) planSweep();
    });
  };

  /** The group, with room for one more key. */
  const openGroup = (name: string): Group<V> => {
    const known = groups.get(name);
    if (known && known.entries.size < MAX_KEYS) return known;
    if (known) forget(name);
    const [oldest] = groups.keys();
    if (groups.size >= maxGroups && oldest !== undefined) forget(oldest);
    const group = { entries: new Map(), end: onRemember(name) };
    groups.set(name, group);
    planSweep();
    return group;
  };

  return {
    get(name, key, source) {
      const known = groups.get(name);
      const entry = known?.entries.get(key);
      if (known && entry) {
        if (isFresh(entry)) return entry.value;
        drop(known, key, entry);
      }
      const loaded = { readAtMs: clock.steadyMs(), value: load(source) };
      const group = openGroup(name);
      group.entries.set(key, loaded);
      if (loaded.value instanceof Promise) loaded.value.catch(() => drop(group, key, loaded));
      return loaded.value;
    },
    forget,
    forgetKeys(isMeant) {
      for (const group of groups.values()) {
        for (const [key, entry] of group.entries) if (isMeant(key)) drop(group, key, entry);
      }
    },
  };
}
