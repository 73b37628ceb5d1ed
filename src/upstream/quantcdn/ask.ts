import type { UpstreamCall } from '../policies/call.ts';
import type { Call } from '../policies/caller.ts';
import type { QuantCdnCredential } from './client.ts';
import type { Answer } from './decode.ts';
import type { Exchange } from './request.ts';
import { tasksRoot, type WireRequest } from './wire.ts';

/** One operation: what travels, and what to make of the answer. */
export interface Operation<T> {
  method: WireRequest['method'];
  /** After `/ai/tasks`, encoded. */
  path?: string;
  query?: Record<string, string | undefined>;
  body?: Record<string, unknown>;
  isAboutTask?: boolean;
  decode: (answer: Answer) => T;
}

/** Runs an operation for one credential, through every policy. */
export type Ask = <T>(operation: Operation<T>) => Promise<T>;

/**
 * How often each method may travel (page section 9): a PUT asks for values and a DELETE for an end, so both may
 * be sent again; there is no key by which a second POST would be known.
 */
const REPEAT: Record<WireRequest['method'], UpstreamCall['repeat']> = {
  GET: 'read',
  PUT: 'repeatable',
  DELETE: 'repeatable',
  POST: 'once',
};

function searchOf(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** Binds a credential: closures hold it, so nothing that can be listed or printed does. */
export function createAsk(call: Call, exchange: Exchange, credential: QuantCdnCredential): Ask {
  return async ({ method, path = '', query = {}, body, isAboutTask = false, decode }) => {
    const target = `${tasksRoot(credential.organisation)}${path}${searchOf(query)}`;
    const request = { method, target, body, isAboutTask };
    return call(REPEAT[method], `${method} ${target}`, async (pass) =>
      decode(await exchange(credential, request, pass)),
    );
  };
}
