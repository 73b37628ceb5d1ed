import { shownDrift } from './drift.ts';
import { askQuantCdn, type QuantCdnProbeTarget } from './quantcdn/ask.ts';
import { QUANTCDN_ASSUMPTIONS } from './quantcdn/assumptions.ts';
import { driftOf as driftOfQuantCdn } from './quantcdn/decode.ts';
import { askQuantConnect, type QuantConnectProbeTarget } from './quantconnect/ask.ts';
import { QUANTCONNECT_ASSUMPTIONS } from './quantconnect/assumptions.ts';
import { driftOf as driftOfQuantConnect } from './quantconnect/decode.ts';
import type { ProbeOptions } from './reads.ts';
import { type ProbeReport, reportOn } from './report.ts';

/** Asks QuantConnect with one credential, and judges the answers. */
export async function probeQuantConnect(
  target: QuantConnectProbeTarget,
  options: ProbeOptions,
): Promise<ProbeReport> {
  const evidence = await askQuantConnect(target, options);
  const drift = driftOfQuantConnect(evidence);
  evidence.drift = drift && shownDrift(drift, evidence.isValue);
  return reportOn('QUANTCONNECT', QUANTCONNECT_ASSUMPTIONS, evidence);
}

/** Asks QuantCDN with one credential, and judges the answers. */
export async function probeQuantCdn(
  target: QuantCdnProbeTarget,
  options: ProbeOptions,
): Promise<ProbeReport> {
  const evidence = await askQuantCdn(target, options);
  const drift = driftOfQuantCdn(evidence);
  evidence.drift = drift && shownDrift(drift, evidence.isValue);
  return reportOn('QUANTCDN', QUANTCDN_ASSUMPTIONS, evidence);
}
