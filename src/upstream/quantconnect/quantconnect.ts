import type { RequestCalls } from '../../domain/upstream-call.ts';
import { noMetrics } from '../../lib/metrics/metrics.ts';
import { noTracer } from '../../telemetry/tracing.ts';
import type { UpstreamOptions } from '../options.ts';
import { createHealth } from '../policies/health.ts';
import { createPolicies } from '../policies/order.ts';
import { createOutageDetector } from '../policies/outage-detector.ts';
import { readUpstream, type UpstreamHealth } from '../policies/readings.ts';
import { createClockOffset } from '../transport/clock-offset.ts';
import { createTransport } from '../transport/send.ts';
import type { QuantConnectClient, QuantConnectCredential, ReadPriority } from './client.ts';
import { createDecoders } from './decode.ts';
import { QuantConnectOperations } from './operations.ts';
import { createRequestPath } from './request.ts';

/** `baseUrl` as in `https://www.quantconnect.com/api/v2`. */
export type QuantConnectDeps = UpstreamOptions;

/** QuantConnect, for all credentials. One for each process, because budgets and breakers live here. */
export interface QuantConnect {
  /**
   * A client for one opened credential, cheap enough to make one for each request. The token stays in a closure.
   * @param signal ends the reads of this client only; a change that has begun is finished
   * @param calls of the request that this client is for
   */
  client(
    credential: QuantConnectCredential,
    priority: ReadPriority,
    signal?: AbortSignal,
    calls?: RequestCalls,
  ): QuantConnectClient;
  /** The breakers of the upstream, and its clock. */
  health(): UpstreamHealth;
  /** How far the upstream's clock is ahead of the gateway's, in milliseconds; 0 until learned. */
  clockOffsetMs(): number;
  /** Closes every connection; calls under way fail. */
  close(): Promise<void>;
}

export function createQuantConnect(deps: QuantConnectDeps): QuantConnect {
  const { baseUrl, timeoutMs, maxBytes, clock, logger = () => undefined, version = '0' } = deps;
  const { reportDrift = () => undefined, metrics = noMetrics } = deps;
  const offset = createClockOffset();
  const readings = { provider: 'QUANTCONNECT', metrics, health: createHealth(clock) } as const;
  const transport = createTransport({
    maxBytes,
    connections: deps.connections,
    userAgent: `quantgate/${version}`,
    clock,
  });
  const outageDetector = createOutageDetector(clock);
  const sendFor = createRequestPath({
    baseUrl,
    timeoutMs,
    execute: createPolicies(deps, readings),
    transport,
    offset,
    outageDetector,
    clock,
    logger,
    reportDrift,
    tracer: deps.tracer ?? noTracer,
  });
  const decoders = createDecoders(logger);

  return {
    client: (credential, priority, signal, calls) =>
      new QuantConnectOperations(sendFor(credential, priority, signal, calls), decoders, () =>
        outageDetector.suspectsOutage(credential),
      ),
    health: readUpstream(readings, offset.offsetMs),
    clockOffsetMs: offset.offsetMs,
    close: transport.close,
  };
}
