import type { ObjectReader } from '../fields/object-reader.ts';
import { flagOf } from '../fields/values.ts';

/** Loose values of this upstream alone (docs/upstream/quantconnect.md, Loose values); see also ../fields/values.ts. */

const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?$/;
/** How PHP writes that there is no time. */
const NO_TIME = '0000-00-00 00:00:00';

/**
 * A time, written as ISO 8601 or as `YYYY-MM-DD HH:MM:SS` without a zone, which is read as UTC.
 * @returns ISO 8601 in UTC; null for none; `undefined` for what is no time
 */
export function timeOf(value: unknown): string | null | undefined {
  if (value === null || value === undefined || value === '' || value === NO_TIME) return null;
  const match = typeof value === 'string' ? TIME.exec(value.trim()) : null;
  if (match === null) return undefined;
  const [, day = '', clock, zone = 'Z'] = match;
  const moment = new Date(`${day}T${clock}${zone}`);
  if (Number.isNaN(moment.getTime())) return undefined;
  const iso = moment.toISOString();
  // `Date` moves a day that does not exist to the next month, so the day is compared with the one of the input.
  const isReal =
    zone === 'Z' ? iso.startsWith(day) : new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return isReal ? iso : undefined;
}

/** A time, as `timeOf` reads it. */
export function time(reader: ObjectReader, name: string): string | null {
  return reader.value(name, timeOf);
}

/** A boolean, also as a number or text. */
export function flag(reader: ObjectReader, name: string): boolean | null {
  return reader.value(name, flagOf);
}

/** An id where 0 means "none", as for projects (docs/upstream/quantconnect.md, Project preference). */
export function idUnlessZero(reader: ObjectReader, name: string): string | null {
  const id = reader.id(name);
  return id === '0' ? null : id;
}

/** A user: `{publicId, name, image}`. */
export function person(reader: ObjectReader, name: string) {
  const user = reader.object(name);
  return user && { publicId: user.text('publicId'), name: user.text('name'), image: user.text('image') };
}
