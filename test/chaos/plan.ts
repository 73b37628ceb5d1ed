import { createRandom, type Random } from '../../simulator/random.ts';

/** Faults of the upstream. */
export const UPSTREAM_FAULTS = ['status500', 'status429', 'reset', 'hang', 'lostReply', 'slow'] as const;

/** A fault that was decided before the run begins. `atMs` counts from the beginning of the run. */
export type PlannedFault = { atMs: number } & (
  | { kind: 'kill' | 'terminate'; replica: number; backAfterMs: number }
  | { kind: 'freeze'; replica: number; forMs: number }
  /** Kills a replica while creates have been carried out upstream and not been answered. */
  | { kind: 'killDuringCreates'; replica: number; backAfterMs: number }
  /** Freezes replicas during a failing poll, so long that another replica has the lease when they continue. */
  | { kind: 'freezeDuringPoll'; replicas: [number, number]; forMs: number }
  | { kind: 'postgres'; how: 'fast' | 'immediate'; awayMs: number }
  | { kind: 'redis'; awayMs: number }
  /** PostgreSQL refuses writes, as a standby does. */
  | { kind: 'readOnly'; forMs: number }
  /** Packets between a replica and a server vanish; then they arrive late, or the connections are reset. */
  | {
      kind: 'packets';
      replica: number;
      server: 'postgres' | 'redis';
      forMs: number;
      ending: 'late' | 'reset';
    }
  /** A replica's clock is ahead, and then stepped back. */
  | { kind: 'clock'; replica: number; aheadSeconds: number; forMs: number }
  /** A replica becomes a newer version beside the others, dies in its migration, and is the older version again later. */
  | { kind: 'upgrade'; replica: number; forMs: number }
  /** PostgreSQL is replaced by a copy of itself that was made at `atMs`. */
  | { kind: 'restore'; ageMs: number }
  | { kind: 'upstream'; fault: (typeof UPSTREAM_FAULTS)[number]; path: string; chance: number; forMs: number }
);

export type FaultKind = PlannedFault['kind'];

export const REPLICAS = 3;

/** Longer than a lease, which is taken over after 12 s. */
const FREEZE_MS = 20_000;

/** Duration of a freeze during a poll, without other faults: two failing polls, the freeze, the time after it. */
const FREEZE_DURING_POLL_MS = 38_000;

/** All other faults happen between two freezes during a poll, for this long. */
const MIXED_FAULTS_MS = 30_000;

/** How often each kind comes before a kind comes more often: the kinds are dealt like cards. */
const CARDS = {
  kill: 4,
  killDuringCreates: 2,
  terminate: 3,
  upstream: 4,
  postgres: 2,
  redis: 2,
  freeze: 1,
  readOnly: 1,
  packets: 3,
  clock: 2,
  upgrade: 1,
} as const;

/** Much more than a token or a lease may be late. */
const CLOCK_AHEAD_S = 20;

/** The shortest run in which PostgreSQL may be restored, and the share of such runs in which it is; long runs always do. */
const RESTORE = { leastMs: 240_000, share: 0.5, alwaysMs: 600_000, ageMs: [20_000, 60_000] } as const;

/** Paths of the upstream that fail; `*` is every path. */
const PATHS = [
  '*',
  '/deployments/create',
  '/deployments/prompt',
  '/tasks/create',
  '/tasks/list',
  '/deployments/read',
];

/** Kinds of faults by name, for `--only`. */
export const FAULT_KINDS: readonly FaultKind[] = [
  ...(Object.keys(CARDS) as (keyof typeof CARDS)[]),
  'freezeDuringPoll',
  'restore',
];

/**
 * All faults of a run; depends on the seed and the duration alone.
 * @param only the kinds that happen, all by default
 */
export function createPlan(
  seed: number,
  forMs: number,
  only: readonly FaultKind[] = FAULT_KINDS,
): PlannedFault[] {
  const random = createRandom(seed);
  const deal = createDealer(random, only);
  const faults: PlannedFault[] = [];
  for (let atMs = 3_000; atMs < forMs; ) {
    const mixedEndMs = Math.min(atMs + MIXED_FAULTS_MS, forMs);
    while (atMs < mixedEndMs) {
      const kind = deal();
      if (kind !== undefined) faults.push(drawFault(random, kind, atMs));
      atMs += between(random, 500, 4_000);
    }
    if (atMs + FREEZE_DURING_POLL_MS > forMs || !only.includes('freezeDuringPoll')) continue;
    const spared = Math.floor(random.next() * REPLICAS);
    const [one = 0, other = 1] = [...Array(REPLICAS).keys()].filter((index) => index !== spared);
    faults.push({ atMs, kind: 'freezeDuringPoll', replicas: [one, other], forMs: FREEZE_MS });
    atMs += FREEZE_DURING_POLL_MS;
  }
  const isDrawn = random.next() < RESTORE.share || forMs >= RESTORE.alwaysMs;
  const isAsked = only.includes('restore') && only !== FAULT_KINDS;
  if (!isAsked && !(only.includes('restore') && isDrawn && forMs >= RESTORE.leastMs)) return faults;
  const ageMs = between(random, Math.min(RESTORE.ageMs[0], forMs / 4), Math.min(RESTORE.ageMs[1], forMs / 4));
  return [...faults, { atMs: between(random, forMs / 4, forMs / 2), kind: 'restore', ageMs }];
}

/** Deals the kinds of faults in a random order, each as often as its cards, again and again. */
function createDealer(random: Random, only: readonly FaultKind[]): () => keyof typeof CARDS | undefined {
  const kinds = (Object.keys(CARDS) as (keyof typeof CARDS)[]).filter((kind) => only.includes(kind));
  const deck: (keyof typeof CARDS)[] = [];
  return () => {
    if (deck.length === 0) for (const kind of kinds) deck.push(...Array<typeof kind>(CARDS[kind]).fill(kind));
    return deck.splice(Math.floor(random.next() * deck.length), 1)[0];
  };
}

function drawFault(random: Random, kind: keyof typeof CARDS, atMs: number): PlannedFault {
  const replica = Math.floor(random.next() * REPLICAS);
  switch (kind) {
    case 'kill':
    case 'killDuringCreates':
    case 'terminate':
      return { atMs, kind, replica, backAfterMs: between(random, 100, 4_000) };
    case 'freeze':
      return { atMs, kind, replica, forMs: FREEZE_MS };
    case 'postgres':
      return { atMs, kind, how: oneOf(random, ['fast', 'immediate']), awayMs: between(random, 200, 10_000) };
    case 'redis':
      return { atMs, kind, awayMs: between(random, 200, 10_000) };
    case 'readOnly':
      return { atMs, kind, forMs: between(random, 1_000, 6_000) };
    case 'packets': {
      const server = oneOf(random, ['postgres', 'postgres', 'redis'] as const);
      // Both shorter and longer than a lease.
      const forMs = between(random, 1_000, 16_000);
      return { atMs, kind, replica, server, forMs, ending: oneOf(random, ['late', 'reset']) };
    }
    case 'clock':
      return { atMs, kind, replica, aheadSeconds: CLOCK_AHEAD_S, forMs: between(random, 8_000, 20_000) };
    case 'upgrade':
      return { atMs, kind, replica, forMs: between(random, 10_000, 20_000) };
    case 'upstream': {
      const [fault, path] = [oneOf(random, UPSTREAM_FAULTS), oneOf(random, PATHS)];
      const [chance, forMs] = [0.3 + 0.7 * random.next(), between(random, 1_000, 8_000)];
      return { atMs, kind, fault, path, chance, forMs };
    }
  }
}

/** A random whole number of ms. */
export function between(random: Random, least: number, most: number): number {
  return Math.round(least + (most - least) * random.next());
}

function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random.next() * choices.length)] as T;
}
