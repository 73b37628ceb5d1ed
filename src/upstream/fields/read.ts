import { isJsonObject } from '../../lib/json.ts';
import type { ReportFinding } from './drift.ts';
import { ObjectReader } from './object-reader.ts';
import { elementsOf } from './values.ts';

/** A list as far as it could be decoded. */
export interface Listing<T> {
  items: T[];
  /** False when elements could not be decoded, and are not among the items. */
  isComplete: boolean;
  /** Number of those elements. */
  skipped: number;
}

/**
 * Decodes one object of an answer.
 * @param name the member of the answer that holds it: `agent`
 * @returns `undefined` when `value` is no object, or `decode` gives `undefined`
 */
export function readObject<T>(
  value: unknown,
  name: string,
  report: ReportFinding,
  decode: (reader: ObjectReader) => T | undefined,
): T | undefined {
  if (!isJsonObject(value)) return undefined;
  const reader = new ObjectReader(value, report, name);
  const result = decode(reader);
  if (result !== undefined) reader.finish();
  return result;
}

/**
 * Decodes the objects of a list of an answer. An element that is no object, or for which `decode` gives `undefined`,
 * is left out and reported.
 * @returns `undefined` when `value` is no list
 */
export function readList<T>(
  value: unknown,
  name: string,
  report: ReportFinding,
  decode: (reader: ObjectReader) => T | undefined,
): Listing<T> | undefined {
  const elements = elementsOf(value);
  if (elements === undefined) return undefined;
  const place = `${name}[]`;
  const items: T[] = [];
  for (const element of elements) {
    const item = readObject(element, place, report, decode);
    if (item === undefined) report({ path: place, kind: 'UNREADABLE_ELEMENT' });
    else items.push(item);
  }
  const skipped = elements.length - items.length;
  return { items, isComplete: skipped === 0, skipped };
}
