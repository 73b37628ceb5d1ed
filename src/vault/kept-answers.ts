import { isGatewayError } from '../errors.ts';
import { type JsonText, parseJson, toJson } from '../lib/json.ts';
import { type KeptAnswer, listKeptAnswers, replaceKeptAnswer } from '../store/coordination/kept-answers.ts';
import type { Db } from '../store/store.ts';
import { type AnswerPlace, answerBindingOf } from './binding.ts';
import { parseEnvelope } from './envelope.ts';
import type { Vault } from './vault.ts';

/** The operations whose answers hold a secret. */
const SEALED_OPERATIONS = [
  ...['createServiceAccount', 'addServiceSecret'],
  ...['createUser', 'issuePasswordReset'],
] as const;
export type SealedOperation = (typeof SEALED_OPERATIONS)[number];

/** An answer with a secret, as it is kept for repeated requests with the same idempotency key. */
export interface SealedAnswer {
  /** The sealed JSON of the answer. */
  sealed: string;
}

export function sealAnswer(vault: Vault, place: AnswerPlace, answer: unknown): SealedAnswer {
  return { sealed: vault.seal(answerBindingOf(place), JSON.stringify(answer)).sealed };
}

/** @throws as `Vault.open` does */
export function openAnswer<T>(vault: Vault, place: AnswerPlace, { sealed }: SealedAnswer): T {
  return JSON.parse(vault.open(answerBindingOf(place), sealed)) as T;
}

/** Every kept answer that is sealed. */
export function listSealedAnswers(db: Db): Promise<KeptAnswer[]> {
  return listKeptAnswers(db, SEALED_OPERATIONS);
}

/**
 * Rewraps every kept answer with the primary key, so that it can be repeated after the other keys were dropped. One that
 * cannot be opened stays as it is; a request for it is answered with `OUTCOME_UNKNOWN`.
 * @returns how many were rewrapped
 */
export async function rewrapAnswers(db: Db, vault: Vault): Promise<number> {
  let moved = 0;
  for (const answer of await listSealedAnswers(db)) {
    const { sealed } = parseJson(answer.result as JsonText<SealedAnswer>);
    try {
      const rewrapped = vault.rewrap(answerBindingOf(answer), sealed);
      if (parseEnvelope(sealed).kid === vault.primaryKid) continue;
      const result = toJson<SealedAnswer>({ sealed: rewrapped.sealed });
      if (await replaceKeptAnswer(db, answer, result)) moved += 1;
    } catch (error) {
      if (!isGatewayError(error)) throw error;
    }
  }
  return moved;
}
