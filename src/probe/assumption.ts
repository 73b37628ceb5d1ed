/** `new`: a member, a word or a header that no page of ours has. `undecided`: there was nothing to look at. */
export type AssumptionStatus = 'held' | 'broken' | 'new' | 'undecided';

/** What the answers say about an assumption. The detail has shapes and words, never a value of an answer. */
export interface Verdict {
  status: AssumptionStatus;
  detail: string | null;
}

/** One assumption about an upstream, and how answers decide it. `docs/upstream` has each in a table. */
export interface Assumption<Evidence> {
  /** A name that stays. */
  id: string;
  statement: string;
  /** @throws Undecided when the answers do not say */
  judge(evidence: Evidence): Verdict;
}

/** Says why the answers do not decide an assumption. */
export class Undecided extends Error {
  override readonly name = 'Undecided';
}

export const HELD: Verdict = { status: 'held', detail: null };

export function held(detail: string): Verdict {
  return { status: 'held', detail };
}

export function broken(detail: string): Verdict {
  return { status: 'broken', detail };
}

/** Held when there are no findings; else `status` with each finding once. */
export function heldUnless(findings: readonly string[], status: 'broken' | 'new' = 'broken'): Verdict {
  return findings.length === 0 ? HELD : { status, detail: listed(findings) };
}

/** An assumption with its verdict, as it is reported. */
export interface Judged extends Verdict {
  id: string;
  statement: string;
}

/** Judges every assumption, in order. */
export function judgeAll<Evidence>(
  assumptions: readonly Assumption<Evidence>[],
  evidence: Evidence,
): Judged[] {
  return assumptions.map(({ id, statement, judge }) => ({ id, statement, ...judged(judge, evidence) }));
}

function judged<Evidence>(judge: (evidence: Evidence) => Verdict, evidence: Evidence): Verdict {
  try {
    return judge(evidence);
  } catch (error) {
    if (error instanceof Undecided) return { status: 'undecided', detail: error.message };
    throw error;
  }
}

/** More findings are only counted. */
const MAX_LISTED = 8;

function listed(findings: readonly string[]): string {
  const distinct = [...new Set(findings)];
  const rest = distinct.length - MAX_LISTED;
  return distinct.slice(0, MAX_LISTED).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
