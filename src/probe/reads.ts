import { isGatewayError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { spendBudget } from '../upstream/policies/budget.ts';
import { createTransport } from '../upstream/transport/send.ts';
import type { Answers, ProbeAnswer } from './answers.ts';

/** How the upstreams are asked: the limits of the configuration. */
export interface ProbeOptions {
  timeoutMs: number;
  maxBytes: number;
  ratePerSecond: number;
  burst: number;
  /** For the `User-Agent`. */
  version: string;
  clock: Clock;
}

/** One read, signed and complete. It changes nothing upstream. */
export interface ProbeRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** Makes reads one after the other, each once. */
export interface Reads<Read extends string> {
  /**
   * Asks and records the answer.
   * @param request makes the request when it is sent, so that a signature is fresh
   * @returns the answer; undefined when there was none, or the read was not made
   */
  ask(read: Read, request: () => ProbeRequest): Promise<ProbeAnswer | undefined>;
  /** Records why reads are not made. One that is made after all replaces the reason. */
  skip(reads: readonly Read[], reason: string): void;
  /** Records that reads were not made because nothing more was asked, if that is so. Comes last. */
  explain(reads: readonly Read[]): void;
  /** Calls so far. */
  calls(): number;
  close(): Promise<void>;
}

/**
 * Makes the reads of one upstream. After an answer that asks for a pause, or none at all, nothing more is asked.
 * @param limits.maxCalls one more would be a mistake of the program
 */
export function createReads<Read extends string>(
  { timeoutMs, maxBytes, ratePerSecond, burst, version, clock }: ProbeOptions,
  answers: Answers<Read>,
  { maxCalls, asksForPause }: { maxCalls: number; asksForPause(answer: ProbeAnswer): boolean },
): Reads<Read> {
  const transport = createTransport({ maxBytes, connections: 1, userAgent: `quantgate/${version}`, clock });
  const spend = spendBudget({ ratePerSecond, burst, clock });
  const call = {
    operation: 'probe',
    ownerId: 'probe',
    ownedAccount: 'probe',
    credentialId: 'probe',
    priority: 'interactive',
    repeat: 'read',
    key: '',
  } as const;
  let calls = 0;
  let stopped: string | undefined;

  const send = async (request: () => ProbeRequest): Promise<ProbeAnswer> => {
    const progress = { attempts: 0, isShared: false };
    const context = { deadlineAtMs: Number.POSITIVE_INFINITY, attempt: 1, afterLoss: false, progress };
    await spend(call, context);
    return transport.send({ ...request(), timeoutMs, mayRepeat: true });
  };

  return {
    async ask(read, request) {
      if (stopped !== undefined) {
        answers.record(read, stopped);
        return undefined;
      }
      calls += 1;
      if (calls > maxCalls) throw new Error(`The probe makes at most ${maxCalls} calls`);
      try {
        const answer = await send(request);
        answers.record(read, answer);
        if (asksForPause(answer))
          stopped = `${read} was answered with a request for a pause, so nothing more was asked`;
        return answer;
      } catch (error) {
        if (!isGatewayError(error)) throw error;
        stopped = `${read} had no answer (${error.code}), so nothing more was asked`;
        answers.record(read, stopped);
        return undefined;
      }
    },
    skip(reads, reason) {
      for (const read of reads) answers.record(read, reason);
    },
    explain(reads) {
      if (stopped === undefined) return;
      for (const read of reads) if (!answers.isAnswered(read)) answers.record(read, stopped);
    },
    calls: () => calls,
    close: transport.close,
  };
}
