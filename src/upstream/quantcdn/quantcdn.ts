import type { UpstreamOptions } from '../options.ts';
import type { ReadPriority } from '../policies/call.ts';
import { createCaller } from '../policies/caller.ts';
import { createPolicy } from '../policies/order.ts';
import { createClockOffset, createClockReader } from '../transport/clock-offset.ts';
import { createTransport } from '../transport/send.ts';
import { createAsk } from './ask.ts';
import type { QuantCdnClient, QuantCdnCredential } from './client.ts';
import { createDecoders } from './decode.ts';
import { createOperations } from './operations.ts';
import { createExchange } from './request.ts';

/** `baseUrl` is the origin alone, as in `https://dashboard.quantcdn.io`. */
export type QuantCdnDeps = UpstreamOptions;

/** QuantCDN's AI tasks, for all credentials. One a process: budgets and breakers live here. */
export interface QuantCdn {
  /**
   * A client for one opened credential. Cheap; make one a request. The token stays in a closure.
   * @param signal ends this client's reads, and those of nobody else; changes once begun are finished
   */
  client(credential: QuantCdnCredential, priority: ReadPriority, signal?: AbortSignal): QuantCdnClient;
  /** How far the upstream's clock is ahead of ours, in milliseconds; 0 until learned. */
  clockOffsetMs(): number;
  /** Ends every connection; calls under way fail. */
  close(): Promise<void>;
}

/** Puts the parts together. */
export function createQuantCdn(deps: QuantCdnDeps): QuantCdn {
  const { baseUrl, timeoutMs, clock, logger = () => undefined, version = '0' } = deps;
  const offset = createClockOffset();
  const readClock = createClockReader(offset, logger);
  const transport = createTransport({ maxBytes: deps.maxBytes, userAgent: `quantgate/${version}`, clock });
  const exchange = createExchange({
    baseUrl,
    timeoutMs,
    transport,
    // Nothing is signed with a time here, so no refusal ever speaks of the clock.
    learnClock: (answer) => readClock(answer, false),
    clock,
  });
  const execute = createPolicy(deps);
  const decoders = createDecoders(logger);

  return {
    client: (credential, priority, signal) => {
      const { credentialId, organisation, apiToken } = credential;
      const call = createCaller(execute, {
        credentialId,
        secrets: [organisation, apiToken],
        priority,
        signal,
      });
      return createOperations(createAsk(call, exchange, credential), organisation, decoders);
    },
    clockOffsetMs: offset.offsetMs,
    close: transport.close,
  };
}
