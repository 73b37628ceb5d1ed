import type { PolicyReadings } from './order.ts';

/** How an upstream is, as far as this process has seen it. */
export interface UpstreamHealth {
  /** True while the calls of all owners are refused. */
  isBreakerOpen: boolean;
  /** Owners whose calls are refused, because the upstream fails for them. */
  openOwnerBreakers: number;
  /** How far its clock is ahead of the gateway's; 0 until that differs by more than a second. */
  clockOffsetMs: number;
}

/** Offers the state of an upstream to metrics. @returns reads it now */
export function readUpstream(
  { provider, metrics, health }: PolicyReadings,
  clockOffsetMs: () => number,
): () => UpstreamHealth {
  const labels = { provider };
  const read = (): UpstreamHealth => {
    const { host, owners } = health.openBreakers();
    return { isBreakerOpen: host, openOwnerBreakers: owners, clockOffsetMs: clockOffsetMs() };
  };
  metrics.upstreamBreakerOpen.read(() => {
    const { isBreakerOpen, openOwnerBreakers } = read();
    return [{ labels, value: isBreakerOpen || openOwnerBreakers > 0 ? 1 : 0 }];
  });
  metrics.upstreamOwnerBreakersOpen.read(() => [{ labels, value: read().openOwnerBreakers }]);
  metrics.upstreamClockOffset.read(() => [{ labels, value: clockOffsetMs() / 1_000 }]);
  return read;
}
