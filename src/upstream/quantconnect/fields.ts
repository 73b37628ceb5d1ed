import type { ObjectReader } from '../fields/object-reader.ts';
import { flagOf } from '../fields/values.ts';

/** Loose values of this upstream alone (docs/upstream/quantconnect.md, Loose values); see also ../fields/values.ts. */

const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?$/;
/** `YYYY-MM-DD HH:MM:SS`. */
const PLAIN_TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}$/;
const ZERO = 0x30;
/** How PHP writes that there is no time. */
const NO_TIME = '0000-00-00 00:00:00';

/**
 * A time, written as ISO 8601 or as `YYYY-MM-DD HH:MM:SS` without a zone, which is read as UTC.
 * @returns ISO 8601 in UTC; null for none; `undefined` for what is no time
 */
export function timeOf(value: unknown): string | null | undefined {
  if (value === null || value === undefined || value === '' || value === NO_TIME) return null;
  // Nearly all times have this form, and lists are full of them: two `Date`s for each took a quarter of their decoding.
  if (typeof value === 'string' && PLAIN_TIME.test(value)) return isMoment(value) ? toIso(value) : undefined;
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

function toIso(plainTime: string): string {
  return `${plainTime.slice(0, 10)}T${plainTime.slice(11)}.000Z`;
}

/** Whether the day is in the calendar, and the time on the clock. */
function isMoment(plainTime: string): boolean {
  const month = twoDigits(plainTime, 5);
  const day = twoDigits(plainTime, 8);
  const isOnClock =
    twoDigits(plainTime, 11) < 24 && twoDigits(plainTime, 14) < 60 && twoDigits(plainTime, 17) < 60;
  if (!isOnClock || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= daysIn(Number(plainTime.slice(0, 4)), month);
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
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
