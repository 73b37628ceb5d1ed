import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../simulator/random.ts';
import type { KeyUse } from './history.ts';
import { between } from './plan.ts';
import type { User } from './user.ts';

/** One operation that answers with an object's id under `made`. */
interface Wish {
  query: string;
  variables: Record<string, unknown>;
}

/** Asks for things, with a key each, for as long as it takes. */
export interface Insistence {
  keys: KeyUse[];
  /** Answers that were no success, by code. */
  refusals: Map<string, number>;
  /** One try without a key. */
  once(user: User, wish: Wish): Promise<void>;
  /** The id of what was made; undefined when the run is over and there was no answer. */
  insist(
    user: User,
    random: Random,
    wish: Wish,
    use: Pick<KeyUse, 'kind' | 'key' | 'about'>,
  ): Promise<string | undefined>;
}

/** How often a request is sent over several connections at once, and over how many. */
const ABREAST = { chance: 0.15, requests: 3 };

/** However long the gateway asks for, an impatient client comes back sooner. */
const LONGEST_WAIT_MS = 2_000;

/** @param giveUpAtMs after this moment nobody insists any longer */
export const createInsistence = (giveUpAtMs: number): Insistence => {
  const keys: KeyUse[] = [];
  const refusals = new Map<string, number>();

  const ask = async (user: User, { query, variables }: Wish) => {
    const answer = await user.ask<{ made: { id: string } }>(query, variables);
    if ('code' in answer) refusals.set(answer.code, (refusals.get(answer.code) ?? 0) + 1);
    return 'data' in answer ? { id: answer.data.made.id, retryAfterMs: 0 } : { ...answer, id: undefined };
  };

  return {
    keys,
    refusals,
    async once(user, wish) {
      await ask(user, wish);
    },
    async insist(user, random, { query, variables }, named) {
      const use: KeyUse = { ...named, owner: user.id, answers: new Set(), made: [] };
      keys.push(use);
      const wish = { query, variables: { ...variables, key: use.key } };
      for (;;) {
        const abreast = random.next() < ABREAST.chance ? ABREAST.requests : 1;
        const answers = await Promise.all(Array.from({ length: abreast }, () => ask(user, wish)));
        for (const { id } of answers) if (id !== undefined) use.answers.add(id);
        const [first] = use.answers;
        if (first !== undefined) return first;
        if (Date.now() > giveUpAtMs) return undefined;
        const waitMs = Math.max(...answers.map(({ retryAfterMs }) => retryAfterMs));
        await pause(Math.min(LONGEST_WAIT_MS, waitMs) + between(random, 100, 500));
      }
    },
  };
};
