import type { Clock } from '../../lib/clock.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Pass } from '../policies/call.ts';
import type { Transport, TransportAnswer } from '../transport/send.ts';
import { judge } from './answer.ts';
import type { QuantCdnCredential } from './client.ts';
import type { Answer } from './decode.ts';
import type { WireRequest } from './wire.ts';

/** What one attempt needs. */
export interface ExchangeDeps {
  /** The origin alone: `https://dashboard.quantcdn.io`. */
  baseUrl: string;
  /** For one attempt; what is left of the call's deadline, if that is less. */
  timeoutMs: number;
  transport: Transport;
  /** Hears of every answer, for the upstream's time. */
  learnClock: (answer: TransportAnswer) => void;
  clock: Clock;
}

/** Sends and judges one attempt. */
export type Exchange = (credential: QuantCdnCredential, request: WireRequest, pass: Pass) => Promise<Answer>;

/** What a header can carry, blanks aside. A token of anything else opens nothing, and is no reason to call. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** Makes the innermost step of every call. The header lives no longer than the attempt. */
export function createExchange(deps: ExchangeDeps): Exchange {
  const { baseUrl, timeoutMs, transport, learnClock, clock } = deps;

  return async ({ apiToken }, request, pass) => {
    if (!SENDABLE.test(apiToken))
      throw new UpstreamFailure('CREDENTIAL_REJECTED', {
        mayHaveActed: false,
        health: 'answered',
        again: 'never',
      });
    const answer = await transport.send({
      method: request.method,
      url: `${baseUrl}${request.target}`,
      headers: { authorization: `Bearer ${apiToken}` },
      body: request.body && JSON.stringify(request.body),
      timeoutMs: Math.min(timeoutMs, pass.deadlineAtMs - clock.now()),
      signal: pass.signal,
    });
    learnClock(answer);
    return judge(answer, { request, nowMs: clock.now(), apiToken });
  };
}
