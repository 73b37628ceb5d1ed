import type { DriftKind, DriftReport } from '../../domain/upstream-drift.ts';

/** One finding. The path holds names of members and `[]` for a position: `agents[].author.foo`. Never a value. */
export interface DriftFinding {
  path: string;
  kind: DriftKind;
}

/** Takes a finding about the answer that is decoded. */
export type ReportFinding = (finding: DriftFinding) => void;

/** More findings in one answer are dropped, so that no answer can flood the report. */
const MAX_FINDINGS = 100;

/** Passes each finding of one answer to an operation on once, and at most 100 of them. Make one for each answer. */
export function reportOnce(operation: string, report: DriftReport): ReportFinding {
  let seen: Set<string> | undefined;
  return ({ path, kind }) => {
    seen ??= new Set();
    const key = `${kind} ${path}`;
    if (seen.size >= MAX_FINDINGS || seen.has(key)) return;
    seen.add(key);
    report({ operation, path, kind });
  };
}

/** A path and what is at it; the root of an answer has no name. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
