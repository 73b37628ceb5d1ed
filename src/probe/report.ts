import type { DriftProvider, UpstreamDrift } from '../domain/upstream-drift.ts';
import { type Assumption, type AssumptionStatus, type Judged, judgeAll } from './assumption.ts';

/** One assumption with its verdict. */
export interface ReportedAssumption extends Judged {
  provider: DriftProvider;
}

/** One thing that the decoders do not know. */
export interface NewFinding extends UpstreamDrift {
  provider: DriftProvider;
}

/** What a probe found: names, shapes and words, and never a value of an answer. */
export interface ProbeReport {
  assumptions: ReportedAssumption[];
  new: NewFinding[];
}

/** Judges the answers of one upstream. */
export function reportOn<Evidence extends { drift: readonly UpstreamDrift[] | undefined }>(
  provider: DriftProvider,
  assumptions: readonly Assumption<Evidence>[],
  evidence: Evidence,
): ProbeReport {
  return {
    assumptions: judgeAll(assumptions, evidence).map((judged) => ({ provider, ...judged })),
    new: (evidence.drift ?? []).map((finding) => ({ provider, ...finding })),
  };
}

/** True when an assumption is broken, or an upstream could not be asked at all. */
export function isTrouble({ assumptions }: ProbeReport): boolean {
  const providers = Map.groupBy(assumptions, ({ provider }) => provider).values();
  return [...providers].some(
    (all) =>
      all.some(({ status }) => status === 'broken') || all.every(({ status }) => status === 'undecided'),
  );
}

const NAMES: Record<DriftProvider, string> = { QUANTCONNECT: 'QuantConnect', QUANTCDN: 'QuantCDN' };
/** The order of the text: what needs a look comes first. */
const ORDER: readonly AssumptionStatus[] = ['broken', 'new', 'undecided', 'held'];

/** The report for people. */
export function describeReport({ assumptions, new: findings }: ProbeReport): string {
  const width = Math.max(...assumptions.map(({ id }) => id.length));
  const blocks = [...Map.groupBy(assumptions, ({ provider }) => provider)].map(([provider, all]) => {
    const counts = ORDER.map((status) => `${all.filter((one) => one.status === status).length} ${status}`);
    const lines = ORDER.flatMap((status) =>
      all.filter((one) => one.status === status).map((one) => describeLine(one, width)),
    );
    const unknown = findings
      .filter((finding) => finding.provider === provider)
      .map(({ operation, path, kind }) => `  ${kind.padEnd(18)}  ${operation}  ${path}`);
    const heading = unknown.length > 0 ? ['', '  What the gateway does not know:', ...unknown] : [];
    return [`${NAMES[provider]}: ${counts.join(', ')}`, '', ...lines, ...heading].join('\n');
  });
  return blocks.join('\n\n');
}

function describeLine({ status, id, statement, detail }: ReportedAssumption, width: number): string {
  const line = `  ${status.padEnd(9)}  ${id.padEnd(width)}  ${statement}`;
  return detail === null ? line : `${line}\n${' '.repeat(width + 15)}→ ${detail}`;
}
