import { toStoredPath, type UpstreamDrift } from '../domain/upstream-drift.ts';
import { isGatewayError } from '../errors.ts';
import { type Assumption, heldUnless, Undecided } from './assumption.ts';

/**
 * What the gateway's own decoders decide, for both upstreams.
 * @param driftOf what they do not know; undefined when there was nothing to decode
 * @param judgedElsewhere members whose types an assumption of their own is about
 */
export function driftAssumptions<Evidence>(
  driftOf: (evidence: Evidence) => readonly UpstreamDrift[] | undefined,
  judgedElsewhere: readonly string[],
): Assumption<Evidence>[] {
  const findings = (evidence: Evidence, ...kinds: readonly UpstreamDrift['kind'][]): UpstreamDrift[] => {
    const drift = driftOf(evidence);
    if (drift === undefined) throw new Undecided('there is no answer to look at');
    return drift.filter(({ kind }) => kinds.includes(kind));
  };
  const describe = ({ operation, path }: UpstreamDrift): string => `${operation} ${path}`.trim();
  const isJudgedHere = ({ path }: UpstreamDrift): boolean =>
    !judgedElsewhere.includes(path.split('.').at(-1) ?? '');

  return [
    {
      id: 'unknown-fields',
      statement: 'Answers have no member that the page does not have',
      judge: (evidence) => heldUnless(findings(evidence, 'UNKNOWN_FIELD').map(describe), 'new'),
    },
    {
      id: 'member-types',
      statement: 'Every member has a value that its field can hold',
      judge: (evidence) =>
        heldUnless(
          findings(evidence, 'UNEXPECTED_SHAPE', 'UNREADABLE_ELEMENT').filter(isJudgedHere).map(describe),
        ),
    },
  ];
}

/** Decodes an answer. One that cannot be decoded at all is a finding about the whole of it. */
export function findingsOfDecoding(operation: string, decode: () => unknown): UpstreamDrift[] {
  try {
    decode();
    return [];
  } catch (error) {
    if (isGatewayError(error, 'UPSTREAM_BAD_RESPONSE'))
      return [{ operation, path: '', kind: 'UNEXPECTED_SHAPE' }];
    throw error;
  }
}

/** Drift as it is shown: each finding once, without a name in its path that stands as a value elsewhere. */
export function shownDrift(
  drift: readonly UpstreamDrift[],
  isValue: (text: string) => boolean,
): UpstreamDrift[] {
  const shown = drift.map(({ path, ...same }) => ({ ...same, path: shownPath(path, isValue) }));
  return [...new Map(shown.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function shownPath(path: string, isValue: (text: string) => boolean): string {
  const names = toStoredPath(path).split('.');
  return names.map((name) => (isValue(name.replace('[]', '')) ? '*' : name)).join('.');
}
