import type { UpstreamOptions } from '../options.ts';
import { createPolicy } from '../policies/order.ts';
import { createOutageDetector } from '../policies/outage-detector.ts';
import { createClockOffset } from '../transport/clock-offset.ts';
import { createTransport } from '../transport/send.ts';
import { createAsk } from './ask.ts';
import { createAuthenticate } from './authenticate.ts';
import type { QuantConnectClient, QuantConnectCredential, ReadPriority } from './client.ts';
import { createDecoders } from './decode.ts';
import { createOperations } from './operations.ts';
import { createExchange } from './request.ts';

/** `baseUrl` as in `https://www.quantconnect.com/api/v2`. */
export type QuantConnectDeps = UpstreamOptions;

/** QuantConnect, for all credentials. One a process: budgets and breakers live here. */
export interface QuantConnect {
  /**
   * A client for one opened credential. Cheap; make one a request. The token stays in a closure.
   * @param signal ends this client's reads, and those of nobody else; changes once begun are finished
   */
  client(
    credential: QuantConnectCredential,
    priority: ReadPriority,
    signal?: AbortSignal,
  ): QuantConnectClient;
  /** How far the upstream's clock is ahead of ours, in milliseconds; 0 until learned. */
  clockOffsetMs(): number;
  /** Ends every connection; calls under way fail. */
  close(): Promise<void>;
}

/** Puts the parts together. */
export function createQuantConnect(deps: QuantConnectDeps): QuantConnect {
  const { baseUrl, clock, logger = () => undefined, version = '0' } = deps;
  const offset = createClockOffset();
  const transport = createTransport({ maxBytes: deps.maxBytes, userAgent: `quantgate/${version}`, clock });
  const exchange = createExchange({ baseUrl, timeoutMs: deps.timeoutMs, transport, offset, clock, logger });
  const execute = createPolicy(deps);
  const outageDetector = createOutageDetector(clock);
  const decoders = createDecoders(logger);

  return {
    client: (credential, priority, signal) => {
      const ask = createAsk({ execute, exchange, outageDetector }, credential, priority, signal);
      const suspectsOutage = () => outageDetector.suspectsOutage(credential.credentialId);
      return { authenticate: createAuthenticate(ask, suspectsOutage), ...createOperations(ask, decoders) };
    },
    clockOffsetMs: offset.offsetMs,
    close: transport.close,
  };
}
