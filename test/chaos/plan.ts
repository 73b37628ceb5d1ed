import { createRandom, type Random } from '../../simulator/random.ts';

/** Faults of the upstream. */
export const UPSTREAM_FAULTS = ['status500', 'status429', 'reset', 'hang', 'lostReply', 'slow'] as const;

/** A fault that was decided before the run begins. `atMs` counts from the beginning of the run. */
export type PlannedFault = { atMs: number } & (
  | { kind: 'kill' | 'terminate'; replica: number; backAfterMs: number }
  | { kind: 'freeze'; replica: number; forMs: number }
  /** Freezes replicas during a failing poll, so long that another replica has the lease when they continue. */
  | { kind: 'freezeDuringPoll'; replicas: [number, number]; forMs: number }
  | { kind: 'postgres'; how: 'fast' | 'immediate'; awayMs: number }
  | { kind: 'redis'; awayMs: number }
  | { kind: 'upstream'; fault: (typeof UPSTREAM_FAULTS)[number]; path: string; chance: number; forMs: number }
);

export const REPLICAS = 3;

/** Longer than a lease, which is taken over after 12 s. */
const FREEZE_MS = 20_000;

/** Duration of a freeze during a poll, without other faults: two failing polls, the freeze, the time after it. */
const FREEZE_DURING_POLL_MS = 38_000;

/** All other faults happen between two freezes during a poll, for this long. */
const MIXED_FAULTS_MS = 30_000;

/** The kinds of faults; a kind listed twice is drawn twice as often. */
const FAULT_KINDS = [
  ...Array<'kill'>(4).fill('kill'),
  ...Array<'terminate'>(3).fill('terminate'),
  ...Array<'upstream'>(4).fill('upstream'),
  ...Array<'postgres'>(2).fill('postgres'),
  ...Array<'redis'>(2).fill('redis'),
  'freeze' as const,
];

/** Paths of the upstream that fail; `*` is every path. */
const PATHS = [
  '*',
  '/deployments/create',
  '/deployments/prompt',
  '/tasks/create',
  '/tasks/list',
  '/deployments/read',
];

/** All faults of a run; depends on the seed and the duration alone. */
export function createPlan(seed: number, forMs: number): PlannedFault[] {
  const random = createRandom(seed);
  const faults: PlannedFault[] = [];
  for (let atMs = 3_000; atMs < forMs; ) {
    const mixedEndMs = Math.min(atMs + MIXED_FAULTS_MS, forMs);
    while (atMs < mixedEndMs) {
      faults.push(drawFault(random, atMs));
      atMs += between(random, 500, 4_000);
    }
    if (atMs + FREEZE_DURING_POLL_MS > forMs) continue;
    const spared = Math.floor(random.next() * REPLICAS);
    const [one = 0, other = 1] = [...Array(REPLICAS).keys()].filter((index) => index !== spared);
    faults.push({ atMs, kind: 'freezeDuringPoll', replicas: [one, other], forMs: FREEZE_MS });
    atMs += FREEZE_DURING_POLL_MS;
  }
  return faults;
}

function drawFault(random: Random, atMs: number): PlannedFault {
  const kind = oneOf(random, FAULT_KINDS);
  const replica = Math.floor(random.next() * REPLICAS);
  switch (kind) {
    case 'kill':
    case 'terminate':
      return { atMs, kind, replica, backAfterMs: between(random, 100, 4_000) };
    case 'freeze':
      return { atMs, kind, replica, forMs: FREEZE_MS };
    case 'postgres':
      return { atMs, kind, how: oneOf(random, ['fast', 'immediate']), awayMs: between(random, 200, 10_000) };
    case 'redis':
      return { atMs, kind, awayMs: between(random, 200, 10_000) };
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
