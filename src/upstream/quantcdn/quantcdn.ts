import type { RequestCalls } from '../../domain/upstream-call.ts';
import { noMetrics } from '../../lib/metrics/metrics.ts';
import { noTracer } from '../../telemetry/tracing.ts';
import type { UpstreamOptions } from '../options.ts';
import type { ReadPriority } from '../policies/call.ts';
import { createHealth } from '../policies/health.ts';
import { createPolicies } from '../policies/order.ts';
import { readUpstream, type UpstreamHealth } from '../policies/readings.ts';
import { createClockOffset, createClockReader } from '../transport/clock-offset.ts';
import { createTransport } from '../transport/send.ts';
import type { QuantCdnClient, QuantCdnCredential } from './client.ts';
import { createDecoders } from './decode.ts';
import { createOperations } from './operations.ts';
import { createRequestPath } from './request.ts';

/** `baseUrl` is the origin alone, as in `https://dashboard.quantcdn.io`. */
export type QuantCdnDeps = UpstreamOptions;

/** QuantCDN's AI tasks, for all credentials. One for each process, because budgets and breakers live here. */
export interface QuantCdn {
  /**
   * A client for one opened credential, cheap enough to make one for each request. The token stays in a closure.
   * @param signal ends the reads of this client only; a change that has begun is finished
   */
  client(
    credential: QuantCdnCredential,
    priority: ReadPriority,
    signal?: AbortSignal,
    calls?: RequestCalls,
  ): QuantCdnClient;
  /** The breakers of the upstream, and its clock. */
  health(): UpstreamHealth;
  /** How far the upstream's clock is ahead of the gateway's, in milliseconds; 0 until learned. */
  clockOffsetMs(): number;
  /** Closes every connection; calls under way fail. */
  close(): Promise<void>;
}

export function createQuantCdn(deps: QuantCdnDeps): QuantCdn {
  const {
    baseUrl,
    timeoutMs,
    maxBytes,
    clock,
    logger = () => undefined,
    reportDrift = () => undefined,
    version = '0',
    metrics = noMetrics,
  } = deps;
  const offset = createClockOffset();
  const readings = { provider: 'QUANTCDN', metrics, health: createHealth(clock) } as const;
  const learnClock = createClockReader(offset, logger);
  const transport = createTransport({
    maxBytes,
    connections: deps.connections,
    userAgent: `quantgate/${version}`,
    clock,
  });
  const sendFor = createRequestPath({
    baseUrl,
    timeoutMs,
    execute: createPolicies(deps, readings),
    transport,
    // Requests are not signed with a time, so no refusal is about the clock.
    learnClock: (response) => learnClock(response, false),
    clock,
    tracer: deps.tracer ?? noTracer,
  });
  const decoders = createDecoders(logger, reportDrift);

  return {
    client: (credential, priority, signal, calls) =>
      createOperations(sendFor(credential, priority, signal, calls), credential.organisation, decoders),
    health: readUpstream(readings, offset.offsetMs),
    clockOffsetMs: offset.offsetMs,
    close: transport.close,
  };
}
