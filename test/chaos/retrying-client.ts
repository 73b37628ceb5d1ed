import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../simulator/random.ts';
import type { KeyUse } from './history.ts';
import { between } from './plan.ts';
import type { User } from './user.ts';

/** A GraphQL operation whose result has an object's id under `made`. */
interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

type NewUse = Pick<KeyUse, 'kind' | 'key' | 'about' | 'guardSeconds'>;

/** Sends operations with an idempotency key each, and repeats them until they are answered. */
export interface RetryingClient {
  keys: KeyUse[];
  /** Number of failed attempts by error code. */
  refusals: Map<string, number>;
  /** One attempt without a key. */
  requestOnce(user: User, operation: Operation): Promise<void>;
  /** The id of the created object; undefined if the run is over and there was no answer. */
  request(user: User, random: Random, operation: Operation, use: NewUse): Promise<string | undefined>;
  /** One attempt whose answer is never asked for again, with the key or without one. */
  abandon(user: User, operation: Operation, use: NewUse, hasKey: boolean): Promise<void>;
}

/** The chance that a request is sent over several connections at once, and over how many. */
const PARALLEL = { chance: 0.15, requests: 3 };

/** The client retries after this time at the latest, also if `Retry-After` is longer. */
const MAX_WAIT_MS = 2_000;

/** @param hasTime false once requests are not to be repeated any more */
export function createRetryingClient(hasTime: () => boolean): RetryingClient {
  const keys: KeyUse[] = [];
  const refusals = new Map<string, number>();

  const attempt = async (user: User, { query, variables }: Operation) => {
    const answer = await user.ask<{ made: { id: string } }>(query, variables);
    if ('code' in answer) refusals.set(answer.code, (refusals.get(answer.code) ?? 0) + 1);
    return 'data' in answer ? { id: answer.data.made.id, retryAfterMs: 0 } : { ...answer, id: undefined };
  };

  const unsent = ({ id: owner }: User) => {
    const nowMs = Date.now();
    return { owner, fromMs: nowMs, toMs: nowMs, answers: new Set<string>(), made: [] };
  };

  return {
    keys,
    refusals,
    async requestOnce(user, operation) {
      await attempt(user, operation);
    },
    async abandon(user, { query, variables }, newUse, hasKey) {
      const use: KeyUse = { ...newUse, ...unsent(user), isAbandoned: true };
      keys.push(use);
      const key = hasKey ? use.key : undefined;
      const { id } = await attempt(user, { query, variables: { ...variables, key } });
      use.toMs = Date.now();
      if (id !== undefined) use.answers.add(id);
    },
    async request(user, random, { query, variables }, key) {
      const use: KeyUse = { ...key, ...unsent(user) };
      keys.push(use);
      const operation = { query, variables: { ...variables, key: use.key } };
      for (;;) {
        const requests = random.next() < PARALLEL.chance ? PARALLEL.requests : 1;
        const answers = await Promise.all(Array.from({ length: requests }, () => attempt(user, operation)));
        for (const { id } of answers) if (id !== undefined) use.answers.add(id);
        use.toMs = Date.now();
        const [first] = use.answers;
        if (first !== undefined) return first;
        if (!hasTime()) return undefined;
        const waitMs = Math.max(...answers.map(({ retryAfterMs }) => retryAfterMs));
        await pause(Math.min(MAX_WAIT_MS, waitMs) + between(random, 100, 500));
      }
    },
  };
}
