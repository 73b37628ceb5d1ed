import { createHash } from 'node:crypto';
import { badUserInput, rateLimited } from '../../errors.ts';
import { createKeyedMutex, type KeyedMutex } from '../../lib/limit/keyed-mutex.ts';
import type { IntentRow } from '../../store/schema/index.ts';
import type { Connection } from './connections.ts';
import { MALFORMED_KEY, readKey } from './idempotency-key.ts';
import { type IntentRequest, keyConflict } from './intent-holds.ts';
import {
  type CreateSteps,
  carryOut,
  carryOutLocally,
  type IdempotencyDeps,
  type LocalSteps,
  type Recovered,
  type RecoverySteps,
  recoverUnfinished,
  resendAfterMs,
} from './intent-states.ts';

export type { CreateSteps, IdempotencyDeps, Recovered, RecoverySteps } from './intent-states.ts';

/** A request that must act at most once. */
export interface OnceRequest {
  ownerId: string;
  operation: string;
  /** The idempotency key. A repeated request without one acts again; its lost answer is looked up all the same. */
  key?: string | null | undefined;
  /** Everything that tells this request from others of the operation; must serialize to JSON. */
  input: unknown;
}

/** A request that an upstream carries out. */
export interface UpstreamRequest extends OnceRequest {
  credentialId: string;
  /**
   * Names the upstream account and what the request creates. Requests with equal turn keys are sent one after the other,
   * across all owners, because their outcomes look alike.
   */
  turnKey: string;
  /** What `Recovery` needs to find and record the outcome without the caller: JSON without secrets and prompts. */
  recovery: unknown;
}

/** Makes creates and prompts safe to repeat, although the upstreams know no idempotency keys. */
export interface Idempotency {
  /**
   * Carries out a request at most once for its owner, operation and key; a repeated request gets the same outcome.
   * See PROTOCOL.md, Doing something once.
   * @throws GatewayError `CONFLICT` for a key that was used with other input, `BAD_USER_INPUT` for a malformed key,
   * `OUTCOME_UNKNOWN` when the answer was lost and no outcome was found. A definite refusal is thrown as it is, and
   * frees the key. `RATE_LIMITED` when equal requests take too long: nothing was sent
   */
  once<T>(request: UpstreamRequest, steps: CreateSteps<T>): Promise<T>;
  /** The same for a request that only the store decides: an interrupted one is finished at once. */
  onceLocally<T>(request: OnceRequest, steps: LocalSteps<T>): Promise<T>;
  /** Finds and records the outcome of an unfinished intent whose caller may never come back. */
  recover<T>(intent: IntentRow, steps: RecoverySteps<T>): Promise<Recovered>;
}

export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  /** Requests under way in this process: equal ones share one promise. */
  const underWay = new Map<string, { fingerprint: string; outcome: Promise<unknown> }>();
  const turns = createKeyedMutex();

  /** Runs `work` for a key, once for all requests with it at the same time. */
  const share = async <T>(request: OnceRequest, work: (intent: IntentRequest) => Promise<T>): Promise<T> => {
    const { ownerId, operation } = request;
    const fingerprint = hashText(JSON.stringify(request.input));
    const base = { ownerId, operation, fingerprint, turnKey: null, credentialId: null, request: null };
    // No client can send a key that begins with this character.
    if (request.key == null) return work({ ...base, key: `\u2023${deps.random.uuid()}`, isKeyed: 0 });
    const key = readKey(request.key);
    if (key === undefined) throw badUserInput({ path: 'idempotencyKey', message: MALFORMED_KEY });
    const slot = JSON.stringify([ownerId, operation, key]);
    const current = underWay.get(slot);
    if (current !== undefined) {
      if (current.fingerprint !== fingerprint) throw keyConflict();
      return current.outcome as Promise<T>;
    }
    const outcome = work({ ...base, key, isKeyed: 1 }).finally(() => underWay.delete(slot));
    underWay.set(slot, { fingerprint, outcome });
    return outcome;
  };

  return {
    once: (request, steps) =>
      share(request, (base) => {
        const { credentialId, turnKey, recovery } = request;
        const intent = { ...base, credentialId, turnKey, request: JSON.stringify(recovery) };
        return inTurn(deps, turns, turnKey, () => carryOut(deps, intent, steps));
      }),
    // Without a key there is nothing to repeat and, as the store decides alone, nothing to look up.
    onceLocally: (request, steps) =>
      request.key == null ? steps.send() : share(request, (intent) => carryOutLocally(deps, intent, steps)),
    recover: (intent, steps) => recoverUnfinished(deps, intent, steps),
  };
}

/**
 * The turn key of a request: the upstream account, what is created, and what tells the outcome of one request from those
 * of others.
 */
export function turnKeyOf(
  { provider, account }: Pick<Connection<unknown>, 'provider' | 'account'>,
  ...what: string[]
): string {
  return `turn ${JSON.stringify([provider, account, ...what])}`;
}

/** Stands for a text in an intent, which must not hold what users write. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Runs the work of one turn one after the other within this process; the store does so for all replicas. */
async function inTurn<T>(
  deps: IdempotencyDeps,
  turns: KeyedMutex,
  turnKey: string,
  work: () => Promise<T>,
): Promise<T> {
  const isLate = Promise.withResolvers<never>();
  let hasBegun = false;
  const timer = deps.clock.after(resendAfterMs(deps), () => {
    if (!hasBegun) isLate.reject(rateLimited('Too many equal requests are under way; nothing was sent', 1));
    hasBegun = true;
  });
  const done = turns(turnKey, () => {
    if (hasBegun) return isLate.promise;
    hasBegun = true;
    timer.cancel();
    return work();
  });
  return Promise.race([done, isLate.promise]);
}
