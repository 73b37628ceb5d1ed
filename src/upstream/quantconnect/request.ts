import type { Clock } from '../../lib/clock.ts';
import { UpstreamFailure } from '../failure.ts';
import type { UpstreamLogger } from '../logger.ts';
import type { Pass } from '../policies/call.ts';
import { type ClockOffset, createClockReader, SAME_CLOCK_MS } from '../transport/clock-offset.ts';
import type { Transport } from '../transport/send.ts';
import { isBadSignature, judge } from './answer.ts';
import type { QuantConnectCredential } from './client.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { sign } from './sign.ts';

/** What one attempt needs. */
export interface ExchangeDeps {
  baseUrl: string;
  /** For one attempt; what is left of the call's deadline, if that is less. */
  timeoutMs: number;
  transport: Transport;
  offset: ClockOffset;
  clock: Clock;
  logger: UpstreamLogger;
}

/** One request of the agents API: everything travels in the body (upstream page, section 1). */
export interface WireRequest {
  /** Without a leading slash: `agents/read`. */
  path: string;
  body: Record<string, unknown>;
  /** The field that the answer is about, if any. */
  expected?: string;
  /** The credential itself is the question, so that a plain 500 may be the answer (upstream page 2.5). */
  asksCredential?: boolean;
}

/** Signs, sends and judges one attempt. */
export type Exchange = (
  credential: QuantConnectCredential,
  request: WireRequest,
  pass: Pass,
) => Promise<Envelope>;

/** A refused signature proves that nothing was done. */
function signatureFacts(again: 'resigned' | 'never', status: number) {
  return { mayHaveActed: false, health: 'answered', again, status } as const;
}

/**
 * Whose fault a refused signature is. If the refusal itself has just shown our clock to be off, the same
 * call signed with the corrected time may pass. If the difference is large and no corrected signature ever
 * passed, the clock is the likelier cause, and the credential keeps its good name.
 */
function refusedSignature(status: number, usedOffsetMs: number, offset: ClockOffset): UpstreamFailure {
  const differenceMs = offset.offsetMs();
  const moved = Math.abs(differenceMs - usedOffsetMs) > SAME_CLOCK_MS;
  const facts = signatureFacts(moved ? 'resigned' : 'never', status);
  if (!moved && offset.isTrusted()) return new UpstreamFailure('CREDENTIAL_REJECTED', facts);
  const apartSeconds = Math.round(Math.abs(differenceMs) / 1_000);
  return new UpstreamFailure('UPSTREAM_UNAVAILABLE', facts, {
    message: `The upstream refuses the signature, and the gateway's clock differs from the upstream's by ${apartSeconds} s: the clock is the likely cause, not the credential`,
  });
}

/** Makes the innermost step of every call. The signature lives no longer than the attempt. */
export function createExchange({
  baseUrl,
  timeoutMs,
  transport,
  offset,
  clock,
  logger,
}: ExchangeDeps): Exchange {
  const learn = createClockReader(offset, logger);

  return async (credential, request, pass) => {
    const usedOffsetMs = offset.offsetMs();
    const answer = await transport.send({
      method: 'POST',
      url: `${baseUrl}/${request.path}`,
      headers: { ...sign(credential.userId, credential.apiToken, clock.now() + usedOffsetMs) },
      body: JSON.stringify(request.body),
      timeoutMs: Math.min(timeoutMs, pass.deadlineAtMs - clock.now()),
      signal: pass.signal,
    });
    const envelope = answer.body.isJson ? readEnvelope(answer.body.value) : undefined;
    const wasRefused = isBadSignature(answer.status, envelope);
    learn(answer, wasRefused);
    if (wasRefused) throw refusedSignature(answer.status, usedOffsetMs, offset);

    const judgement = judge(answer, request, clock.now());
    if (judgement.failure) throw judgement.failure;
    offset.confirm(usedOffsetMs);
    return judgement.envelope;
  };
}
