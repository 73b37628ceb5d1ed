import { isJsonObject } from '../../lib/json.ts';

/** Shared by the many objects that have nothing to note: an empty list for each of them costs more than their fields. */
export const NONE: readonly never[] = [];

/** The greatest `Int` of GraphQL. */
export const MAX_INT = 2 ** 31 - 1;

/**
 * Conversions of loosely typed JSON values (docs/upstream/quantconnect.md, Loose values). Each gives the value, null
 * when there is none, or `undefined` when the value does not fit.
 */
export type Convert<T> = (value: unknown) => T | null | undefined;

/** Text; a number counts as its digits. */
export function textOf(value: unknown): string | null | undefined {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  return typeof value === 'number' ? String(value) : undefined;
}

/** An id, a number or text, as text without spaces around it. A number beyond 2^53 has lost digits, so it does not fit. */
export function idOf(value: unknown): string | null | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value === 'string') return value.trim() || null;
  return value === null || value === undefined ? null : undefined;
}

const NUMERIC = /^-?\d+(\.\d+)?$/;

/** A number, or its digits as text; infinite when it has too many digits. Empty text is none. */
export function numberOf(value: unknown): number | null | undefined {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') return undefined;
  const digits = value.trim();
  if (digits === '') return null;
  return NUMERIC.test(digits) ? Number(digits) : undefined;
}

/** A boolean, also written 0, 1, "0", "1", "true" or "false". */
export function flagOf(value: unknown): boolean | null | undefined {
  if (typeof value === 'boolean') return value;
  if (value === null || value === undefined || value === '') return null;
  if (value === 1 || value === '1' || value === 'true') return true;
  return value === 0 || value === '0' || value === 'false' ? false : undefined;
}

/** The elements of a list, which upstreams write as an array or as an object with number keys. */
export function elementsOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isJsonObject(value)) return undefined;
  const keys = Object.keys(value);
  return keys.every((key) => /^\d+$/.test(key)) ? keys.map((key) => value[key]) : undefined;
}
