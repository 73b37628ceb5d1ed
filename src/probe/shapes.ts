import { toDriftName } from '../domain/upstream-drift.ts';
import { isJsonObject } from '../lib/json.ts';

const MAX_DEPTH = 3;
const MAX_MEMBERS = 20;
/** Elements of a list that are looked at. */
const MAX_ELEMENTS = 20;

/** The words in place of a value: its type, for an object its members and their types. Never the value itself. */
export function shapeOf(value: unknown, isValue: (name: string) => boolean, depth = 0): string {
  if (Array.isArray(value)) {
    const shapes = new Set(value.slice(0, MAX_ELEMENTS).map((element) => shapeOf(element, isValue, depth)));
    return `[${[...shapes].slice(0, MAX_MEMBERS).join(' | ')}]`;
  }
  if (!isJsonObject(value)) return typeName(value);
  if (depth === MAX_DEPTH) return 'object';
  const members = Object.entries(value).map(([name, inner]) => {
    const shown = isValue(name) ? '*' : toDriftName(name);
    return `${shown}: ${shapeOf(inner, isValue, depth + 1)}`;
  });
  const distinct = [...new Set(members)];
  const rest = distinct.length > MAX_MEMBERS ? ', …' : '';
  return `{${distinct.slice(0, MAX_MEMBERS).join(', ')}${rest}}`;
}

/** The JSON type of a value, in words: text for a string. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' ? 'text' : typeof value;
}

/** Members whose values are words of a vocabulary, and so no data of a user. */
const WORDS: ReadonlySet<string> = new Set([
  'status',
  'aggregateStatus',
  'type',
  'state',
  'role',
  'reasoningEffort',
  'projectPreference',
]);

/** Every text within these answers that is a value, and so is never shown. */
export function valuesIn(answers: readonly unknown[]): ReadonlySet<string> {
  const values = new Set<string>();
  const visit = (name: string, value: unknown): void => {
    if (typeof value === 'string') {
      if (!WORDS.has(name)) values.add(value);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(Array.isArray(value) ? name : key, inner);
    }
  };
  for (const answer of answers) visit('', answer);
  return values;
}

/** A word as it is shown: letters of one or a few words. Anything else may be a value, and is not shown. */
export function shownWord(word: string, isValue: (text: string) => boolean): string {
  return /^[A-Za-z][A-Za-z _.-]{0,31}$/.test(word) && !isValue(word)
    ? `"${word}"`
    : 'a text that is not shown';
}

/** The form of a time: its digits as 9, its letters as a, and what no time is written with as a question mark. */
export function formOf(value: unknown): string {
  if (typeof value !== 'string') return `a ${typeName(value)}`;
  if (value.length > 40) return 'a longer text';
  return `"${value
    .replace(/\d/g, '9')
    .replace(/\p{L}/gu, 'a')
    .replace(/[^9a :.,+/-]/g, '?')}"`;
}
