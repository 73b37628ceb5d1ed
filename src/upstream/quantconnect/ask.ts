import { createHash } from 'node:crypto';
import type { Pass, UpstreamCall } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Execute } from '../policy.ts';
import type { Witness } from '../witness.ts';
import type { QuantConnectCredential, ReadLane } from './client.ts';
import type { Envelope } from './envelope.ts';
import type { Exchange, WireRequest } from './exchange.ts';

/** One operation: what travels, how often it may, and what to make of the answer. */
export interface Operation<T> extends WireRequest {
  repeat: UpstreamCall['repeat'];
  decode: (envelope: Envelope) => T;
}

/** Runs an operation for one credential, through every policy. */
export type Ask = <T>(operation: Operation<T>) => Promise<T>;

/** The shared machinery that a client of one credential is bound to. */
export interface AskDeps {
  execute: Execute;
  exchange: Exchange;
  witness: Witness;
}

/** Tells tokens of one credential apart: after a new one was stored, nobody joins a read signed with the old. */
const fingerprint = ({ userId, apiToken }: QuantConnectCredential): string =>
  createHash('sha256').update(`${userId}\n${apiToken}`).digest('base64url');

/** What a failed attempt ends with, told also whether an earlier one may have acted. */
const withHistory = (failure: UpstreamFailure, { afterLoss }: Pass): UpstreamFailure => {
  if (!afterLoss) return failure;
  const { code, facts, message, details, cause } = failure;
  return new UpstreamFailure(code, { ...facts, afterLoss }, { message, details, cause });
};

/** Binds a credential: closures hold it, so nothing that can be listed or printed does. */
export const createAsk = (
  { execute, exchange, witness }: AskDeps,
  credential: QuantConnectCredential,
  lane: ReadLane,
  signal?: AbortSignal,
): Ask => {
  const { credentialId } = credential;
  const identity = fingerprint(credential);

  const attempt = async <T>({ decode, ...request }: Operation<T>, pass: Pass): Promise<T> => {
    try {
      const answer = decode(await exchange(credential, request, pass));
      witness.saw(credentialId, 'worked');
      return answer;
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      const failed = error.facts.health !== 'answered' || (error.facts.status ?? 0) >= 500;
      witness.saw(credentialId, failed ? 'failed' : 'answered');
      throw withHistory(error, pass);
    }
  };

  return (operation) => {
    const { path, body, repeat } = operation;
    const isRead = repeat === 'read';
    const canonicalBody = JSON.stringify(body, Object.keys(body).sort());
    const call: UpstreamCall = {
      credentialId,
      lane: isRead ? lane : 'mutation',
      repeat,
      key: `${identity} ${path} ${canonicalBody}`,
    };
    // What was begun is finished: a caller who leaves ends only what changes nothing.
    return execute(call, (pass) => attempt(operation, pass), isRead ? signal : undefined);
  };
};
