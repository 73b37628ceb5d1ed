import { UpstreamFailure } from '../failure.ts';
import type { Pass, ReadPriority, UpstreamCall } from '../policies/call.ts';
import { createCaller } from '../policies/caller.ts';
import type { Execute } from '../policies/order.ts';
import type { OutageDetector } from '../policies/outage-detector.ts';
import type { QuantConnectCredential } from './client.ts';
import type { Envelope } from './envelope.ts';
import type { Exchange, WireRequest } from './request.ts';

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
  outageDetector: OutageDetector;
}

/** Binds a credential: closures hold it, so nothing that can be listed or printed does. */
export function createAsk(
  { execute, exchange, outageDetector }: AskDeps,
  credential: QuantConnectCredential,
  priority: ReadPriority,
  signal?: AbortSignal,
): Ask {
  const { credentialId, userId, apiToken } = credential;
  const call = createCaller(execute, { credentialId, secrets: [userId, apiToken], priority, signal });

  const attempt = async <T>({ decode, ...request }: Operation<T>, pass: Pass): Promise<T> => {
    try {
      const answer = decode(await exchange(credential, request, pass));
      outageDetector.record(credentialId, 'worked');
      return answer;
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      const failed = error.facts.health !== 'answered' || (error.facts.status ?? 0) >= 500;
      outageDetector.record(credentialId, failed ? 'failed' : 'answered');
      throw error;
    }
  };

  return (operation) => {
    const { path, body, repeat } = operation;
    const canonicalBody = JSON.stringify(body, Object.keys(body).sort());
    return call(repeat, `${path} ${canonicalBody}`, (pass) => attempt(operation, pass));
  };
}
