import { createHash } from 'node:crypto';
import { UpstreamFailure } from '../failure.ts';
import type { Next, Pass, ReadPriority, UpstreamCall } from './call.ts';
import type { Execute } from './order.ts';

/** Who calls: one credential, for someone who waits. */
export interface Caller {
  credentialId: string;
  /** All that the credential consists of; only a fingerprint is made of it. */
  secrets: readonly string[];
  priority: ReadPriority;
  signal?: AbortSignal;
}

/** Runs one call through every policy. `what` tells equal reads from others: method, path, query, body. */
export type Call = <T>(repeat: UpstreamCall['repeat'], what: string, attempt: Next<T>) => Promise<T>;

/** Tells tokens of one credential apart: after a new one was stored, nobody joins a read made with the old. */
function fingerprint(secrets: readonly string[]): string {
  return createHash('sha256').update(secrets.join('\n')).digest('base64url');
}

/** What a failed attempt ends with, told also whether an earlier one may have acted. */
function withHistory(error: unknown, { afterLoss }: Pass): unknown {
  if (!(error instanceof UpstreamFailure) || !afterLoss) return error;
  const { code, facts, message, details, cause } = error;
  return new UpstreamFailure(code, { ...facts, afterLoss }, { message, details, cause });
}

/** Binds the policies of one upstream to a caller. */
export function createCaller(execute: Execute, caller: Caller): Call {
  const { credentialId, priority, signal } = caller;
  const identity = fingerprint(caller.secrets);

  return (repeat, what, attempt) => {
    const isRead = repeat === 'read';
    const call: UpstreamCall = {
      credentialId,
      priority: isRead ? priority : 'mutation',
      repeat,
      key: `${identity} ${what}`,
    };
    const send: typeof attempt = async (pass) => {
      try {
        return await attempt(pass);
      } catch (error) {
        throw withHistory(error, pass);
      }
    };
    // What was begun is finished: a caller who leaves ends only what changes nothing.
    return execute(call, send, isRead ? signal : undefined);
  };
}
