import { type FieldProblem, MAX_PROBLEMS } from '../errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text of UTF-8 bytes; undefined for any other bytes, because then different inputs would become one text. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text of a percent-encoded one; undefined unless that is UTF-8 (RFC 3986, section 2.5). */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * What makes a text one that is not taken: a surrogate without its other half, which encoding replaces, or NUL, which
 * PostgreSQL cannot store.
 */
export function problemOfText(text: string): string | undefined {
  if (!text.isWellFormed()) return 'must be well-formed Unicode';
  return text.includes('\0') ? 'must not contain the character NUL' : undefined;
}

/**
 * Whether a text has `min` to `max` characters: code points after NFKC, so that it does not depend on the keyboard it was
 * typed on (NIST SP 800-63B, 5.1.1.2).
 */
export function hasLength(text: string, min: number, max: number): boolean {
  let count = 0;
  for (const _character of text.normalize('NFKC')) count += 1;
  return count >= min && count <= max;
}

/** A value of JSON, and where it was found. */
interface Place {
  value: unknown;
  name?: string | number;
  within?: Place;
}

/** False for values without text, and for texts that are taken. */
function mayHaveProblem(value: unknown): boolean {
  if (typeof value === 'string') return problemOfText(value) !== undefined;
  return typeof value === 'object' && value !== null;
}

/**
 * Finds the texts in a value of JSON, however deep it is nested, that are not taken. The path of a problem begins with
 * `name`, if there is one; a name of a member that is not taken is a problem of the object that has it. It ends at the
 * number that a refusal names.
 */
export function findTextProblems(value: unknown, name?: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  // A stack instead of recursion, which deep nesting would overflow.
  const places: Place[] = [{ value, ...(name !== undefined && { name }) }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    if (problems.length === MAX_PROBLEMS) break;
    const { value } = place;
    if (typeof value === 'string') {
      const message = problemOfText(value);
      if (message !== undefined) problems.push({ path: pathOf(place), message });
    }
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index -= 1) {
        if (mayHaveProblem(value[index])) places.push({ value: value[index], name: index, within: place });
      }
      continue;
    }
    const names = Object.keys(value);
    for (const name of names.reverse()) {
      const member = (value as Record<string, unknown>)[name];
      const message = problemOfText(name);
      if (message !== undefined)
        problems.push({ path: pathOf(place), message: `has a name that ${message}` });
      else if (mayHaveProblem(member)) places.push({ value: member, name, within: place });
    }
  }
  return problems;
}

function pathOf(place: Place): string {
  const names: (string | number)[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.within)
    if (at.name !== undefined) names.push(at.name);
  return names.reverse().join('.');
}

/** The text without the slashes that it ends with, in linear time. */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}
