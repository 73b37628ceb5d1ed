/** The upstreams, as the schema's enum `Provider` writes them. */
export type DriftProvider = 'QUANTCONNECT' | 'QUANTCDN';

/**
 * How an answer of an upstream differs from what the gateway knows (docs/operate/observe.md, Upstream drift).
 * `UNKNOWN_FIELD`: a member that no field of the gateway shows. `UNKNOWN_WORD`: a word in place of a status, or of another
 * word that the gateway knows a list of. `UNEXPECTED_SHAPE`: a value of another JSON type than expected.
 * `OUT_OF_RANGE`: a number or a time that does not fit its field. `UNREADABLE_ELEMENT`: an element that was left out of
 * a list.
 */
export type DriftKind =
  | 'UNKNOWN_FIELD'
  | 'UNKNOWN_WORD'
  | 'UNEXPECTED_SHAPE'
  | 'OUT_OF_RANGE'
  | 'UNREADABLE_ELEMENT';

/** One difference in one answer of an upstream. It never holds a value of the answer. */
export interface UpstreamDrift {
  /** The upstream's name of the operation, for instance `getTask`. */
  operation: string;
  /** The place in the answer: names of members, `[]` after a list, `*` for a key that is no name: `tasks[].status`. */
  path: string;
  kind: DriftKind;
}

/** Gets what one upstream says that the gateway does not know. It only counts, so it can be called for each value. */
export type DriftReport = (drift: UpstreamDrift) => void;

const MAX_NAMES = 12;
const MAX_DIGITS = 4;

/**
 * The path as it may be stored. Keys of an upstream can be values (`{"ada@example.com": …}`), so a segment that does not
 * look like the name of a field is replaced by `*`, and a path that is too deep is cut.
 */
export function toStoredPath(path: string): string {
  const segments = path.split('.');
  return segments.slice(0, MAX_NAMES).map(toDriftName).join('.');
}

/**
 * A member's name as a path shows it, or `*` when it does not look like the name of a field: an id has more digits, a
 * token is longer, an address has other characters. `[]` may follow.
 */
export function toDriftName(name: string): string {
  const digits = name.replace(/\D/g, '').length;
  return /^[A-Za-z_$][\w$-]{0,39}(\[\])?$/.test(name) && digits <= MAX_DIGITS ? name : '*';
}
