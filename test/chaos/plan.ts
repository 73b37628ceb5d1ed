import { createRandom, type Random } from '../../simulator/random.ts';

/** What the upstream does wrong for a while. */
export const WEATHER = ['status500', 'status429', 'reset', 'hang', 'lostReply', 'slow'] as const;

/** One thing that goes wrong, decided before the run begins. Times are ms since its beginning. */
export type Act = { atMs: number } & (
  | { kind: 'kill' | 'terminate'; replica: number; backAfterMs: number }
  | { kind: 'freeze'; replica: number; forMs: number }
  /** Freezes replicas while a failing look is under way, so long that its lease is somebody else's when they wake. */
  | { kind: 'freezeInLook'; replicas: [number, number]; forMs: number }
  | { kind: 'postgres'; how: 'fast' | 'immediate'; awayMs: number }
  | { kind: 'redis'; awayMs: number }
  | { kind: 'upstream'; weather: (typeof WEATHER)[number]; path: string; chance: number; forMs: number }
);

export const REPLICAS = 3;

/** Longer than the 12 s after which a lease is taken over. */
const FREEZE_MS = 20_000;

/** How long an undisturbed freeze in a look takes: two failing looks, the freeze, the awakening. */
const FREEZE_IN_LOOK_MS = 38_000;

/** Between two of them, everything else happens. */
const STORM_MS = 30_000;

/** What a draw may become, as often as it is listed. */
const DECK = [
  ...Array<'kill'>(4).fill('kill'),
  ...Array<'terminate'>(3).fill('terminate'),
  ...Array<'upstream'>(4).fill('upstream'),
  ...Array<'postgres'>(2).fill('postgres'),
  ...Array<'redis'>(2).fill('redis'),
  'freeze' as const,
];

/** What is asked of an upstream that fails; `*` is everything. */
const PATHS = [
  '*',
  '/deployments/create',
  '/deployments/prompt',
  '/tasks/create',
  '/tasks/list',
  '/deployments/read',
];

/** Everything that will go wrong in a run of so long: a function of the seed alone. */
export const planOf = (seed: number, forMs: number): Act[] => {
  const random = createRandom(seed);
  const acts: Act[] = [];
  for (let atMs = 3_000; atMs < forMs; ) {
    const stormEndMs = Math.min(atMs + STORM_MS, forMs);
    while (atMs < stormEndMs) {
      acts.push(draw(random, atMs));
      atMs += between(random, 500, 4_000);
    }
    if (atMs + FREEZE_IN_LOOK_MS > forMs) continue;
    const spared = Math.floor(random.next() * REPLICAS);
    const [one = 0, other = 1] = [...Array(REPLICAS).keys()].filter((index) => index !== spared);
    acts.push({ atMs, kind: 'freezeInLook', replicas: [one, other], forMs: FREEZE_MS });
    atMs += FREEZE_IN_LOOK_MS;
  }
  return acts;
};

const draw = (random: Random, atMs: number): Act => {
  const kind = oneOf(random, DECK);
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
      const [weather, path] = [oneOf(random, WEATHER), oneOf(random, PATHS)];
      const [chance, forMs] = [0.3 + 0.7 * random.next(), between(random, 1_000, 8_000)];
      return { atMs, kind, weather, path, chance, forMs };
    }
  }
};

/** A whole number of ms. */
export const between = (random: Random, least: number, most: number): number =>
  Math.round(least + (most - least) * random.next());

const oneOf = <T>(random: Random, choices: readonly T[]): T =>
  choices[Math.floor(random.next() * choices.length)] as T;
