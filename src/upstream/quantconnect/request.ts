import type { ReadStart } from '../../domain/read-start.ts';
import type { RequestCalls } from '../../domain/upstream-call.ts';
import type { DriftReport } from '../../domain/upstream-drift.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Tracer } from '../../telemetry/tracing.ts';
import { UpstreamFailure } from '../failure.ts';
import { reportOnce } from '../fields/drift.ts';
import type { UpstreamLogger } from '../logger.ts';
import {
  accountKeyOf,
  type CallContext,
  fingerprintOf,
  prepareCall,
  type ReadPriority,
  type UpstreamCall,
} from '../policies/call.ts';
import type { Execute } from '../policies/order.ts';
import type { OutageDetector } from '../policies/outage-detector.ts';
import { HTTP_STATUS, traceAttempts } from '../policies/trace-attempts.ts';
import { secretsIn } from '../transport/call-secrets.ts';
import { type ClockOffset, createClockReader, SAME_CLOCK_MS } from '../transport/clock-offset.ts';
import type { Transport } from '../transport/send.ts';
import { acceptEnvelope, isBadSignature, readEnvelope } from './answer.ts';
import type { QuantConnectCredential } from './client.ts';
import type { Decode } from './decode.ts';
import { secretsOf, sign } from './sign.ts';

/** One operation of the agents API. Everything is sent in the body (docs/upstream/quantconnect.md, Transport). */
export interface Operation<T> {
  /** Without a leading slash: `agents/read`. */
  path: string;
  body: Record<string, unknown>;
  repeat: UpstreamCall['repeat'];
  /** True for a stop or a delete. @default false */
  isUrgent?: boolean;
  /** The field that proves success when the answer has no `success`. */
  expected?: string;
  /**
   * True when the operation only checks the credential, so that a plain 500 may be a refusal of it
   * (docs/upstream/quantconnect.md, Refused signatures).
   */
  checksCredential?: boolean;
  /** The beginning of a read whose observation is stored. */
  start?: ReadStart | undefined;
  decode: Decode<T>;
}

/** Sends an operation for one credential, through every policy. */
export type Send = <T>(operation: Operation<T>) => Promise<T>;

/** What the requests of all credentials share. */
export interface RequestDeps {
  baseUrl: string;
  /** For one attempt; less when less is left of the call's deadline. */
  timeoutMs: number;
  execute: Execute;
  transport: Transport;
  offset: ClockOffset;
  outageDetector: OutageDetector;
  clock: Clock;
  logger: UpstreamLogger;
  /** Gets what answers hold that decoders do not know. */
  reportDrift: DriftReport;
  tracer: Tracer;
}

/**
 * The request path: an operation goes through the policies, and each attempt is signed, sent, judged and decoded
 * here. The returned function binds a credential, which only its closure holds, so that it cannot be listed or
 * printed.
 */
export function createRequestPath(deps: RequestDeps) {
  const { baseUrl, timeoutMs, execute, transport, offset, outageDetector, clock } = deps;
  const learnClock = createClockReader(offset, deps.logger);
  const traced = traceAttempts(deps.tracer, { upstream: 'QuantConnect', baseUrl });

  // There are few paths: each is taken apart once.
  const urls = new Map<string, URL>();
  const urlOf = (path: string): URL => {
    const known = urls.get(path);
    if (known !== undefined) return known;
    const url = new URL(`${baseUrl}/${path}`);
    urls.set(path, url);
    return url;
  };

  const attempt = async <T>(
    credential: QuantConnectCredential,
    operation: Operation<T>,
    body: string,
    context: CallContext,
  ): Promise<T> => {
    const usedOffsetMs = offset.offsetMs();
    const signature = sign(credential.userId, credential.apiToken, clock.evenMs() + usedOffsetMs);
    const secrets = () => [credential.apiToken, ...secretsOf(signature), ...secretsIn(operation.body)];
    const response = await transport.send({
      method: 'POST',
      url: urlOf(operation.path),
      headers: { authorization: signature.authorization, timestamp: signature.timestamp },
      body,
      timeoutMs: Math.min(timeoutMs, context.deadlineAtMs - clock.steadyMs()),
      mayRepeat: operation.repeat !== 'once',
      signal: context.signal,
    });
    deps.tracer.note(HTTP_STATUS, response.status);
    const envelope = response.body.isJson ? readEnvelope(response.body.value) : undefined;
    const wasRefused = isBadSignature(response.status, envelope);
    learnClock(response, wasRefused);
    if (wasRefused) throw refusedSignature(response.status, usedOffsetMs, offset);
    const accepted = acceptEnvelope(response, envelope, { ...operation, secrets }, clock.now());
    offset.confirm(usedOffsetMs);
    return operation.decode(accepted, reportOnce(operation.path, deps.reportDrift));
  };

  return (
    credential: QuantConnectCredential,
    priority: ReadPriority,
    signal?: AbortSignal,
    calls?: RequestCalls,
  ): Send => {
    const { ownerId, credentialId, userId, apiToken } = credential;
    const account = accountKeyOf('QUANTCONNECT', userId);
    const fingerprint = fingerprintOf(userId, apiToken);
    const caller = { ownerId, account, credentialId, fingerprint, priority, signal, onCall: calls?.onCall };

    return async (operation) => {
      const { path, repeat, isUrgent, start } = operation;
      calls?.upstreamCalls?.take(repeat !== 'read');
      // An operation names the members of its body in one order, so equal reads have equal texts.
      const body = JSON.stringify(operation.body);
      const prepared = prepareCall(caller, repeat, path, `${path} ${body}`, { isUrgent, start });
      const send = async (context: CallContext) => {
        try {
          const result = await attempt(credential, operation, body, context);
          outageDetector.record(credential, 'worked');
          return result;
        } catch (error) {
          if (error instanceof UpstreamFailure) outageDetector.record(credential, outcomeOf(error));
          throw error;
        }
      };
      return execute(prepared.call, traced({ method: 'POST', operation: path }, send), prepared.signal);
    };
  };
}

function outcomeOf({ facts }: UpstreamFailure): 'answered' | 'failed' {
  return facts.health !== 'answered' || (facts.status ?? 0) >= 500 ? 'failed' : 'answered';
}

/**
 * The failure that a refused signature stands for; it always proves that nothing was done. If this response has
 * just corrected the clock offset, the call is signed and sent again. If the offset is large and no signature made
 * with it was ever accepted, the clock is the more likely cause, and the credential is not called rejected.
 */
function refusedSignature(status: number, usedOffsetMs: number, offset: ClockOffset): UpstreamFailure {
  const differenceMs = offset.offsetMs();
  const wasCorrected = Math.abs(differenceMs - usedOffsetMs) > SAME_CLOCK_MS;
  const again = wasCorrected ? 're-signed' : 'never';
  const facts = { mayHaveActed: false, health: 'answered', again, status } as const;
  if (!wasCorrected && offset.isTrusted()) return new UpstreamFailure('CREDENTIAL_REJECTED', facts);
  const apartSeconds = Math.round(Math.abs(differenceMs) / 1_000);
  return new UpstreamFailure('UPSTREAM_UNAVAILABLE', facts, {
    message: `The upstream refuses the signature, and the gateway's clock differs from the upstream's by ${apartSeconds} s: the clock is the likely cause, not the credential`,
  });
}
