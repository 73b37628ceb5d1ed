import { z } from 'zod';
import { isJsonObject } from '../../lib/json.ts';
import { anything, decodeList, elementsOf, id, number } from '../loose-fields.ts';
import { readJson } from '../transport/read-body.ts';
import { TASK_ID } from './encode.ts';

/** Loose values of this upstream alone; see also ../loose-fields.ts. */

/** The id of a task, in a form that can be part of a path. */
export const taskId = id.pipe(z.string().regex(TASK_ID));

/** Smaller times are in seconds, larger ones in milliseconds (docs/upstream/quantcdn.md, Times). */
const LEAST_MS = 1e11;
/** The last time that ISO 8601 writes with four digits of a year. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time in seconds or milliseconds, as ISO 8601 in UTC. Zero means "none". */
export const time = number.transform((value) => {
  if (value === null || value <= 0) return null;
  const atMs = value < LEAST_MS ? value * 1_000 : value;
  return atMs <= LAST_MS ? new Date(atMs).toISOString() : null;
});

const MAX_COUNT = 2 ** 31 - 1;

/** A count: a whole number that fits into GraphQL's `Int`; null otherwise. */
export const countOrNull = number.transform((value) =>
  value !== null && Number.isInteger(value) && value >= 0 && value <= MAX_COUNT ? value : null,
);

/** A number from 0 to 1; null otherwise. A larger one may be percent, but that is not documented. */
export const progress = number.transform((value) =>
  value !== null && value >= 0 && value <= 1 ? value : null,
);

/** The object or list inside JSON text, as generated samples write `graph` and `result`; any other value unchanged. */
export function unwrapped(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  const inside = readJson(value);
  return inside.isJson ? inside.value : value;
}

/** Ids of other tasks, which need not exist. Empty when missing. */
export const idList = anything.transform((value) => decodeList(id, unwrapped(value)));

/** As `idList`, null when missing. */
export const idListOrNull = anything.transform((value) => {
  const elements = elementsOf(unwrapped(value));
  return elements ? decodeList(id, elements) : null;
});

/**
 * An object that clients wrote. An empty list is an empty object as PHP writes it. Any other value is kept under
 * `value`, so that no data of a client is lost.
 */
export const freeObject = anything.transform((value): Record<string, unknown> | null => {
  const inside = unwrapped(value);
  if (inside === undefined || inside === null || inside === '') return null;
  if (isJsonObject(inside)) return inside;
  return Array.isArray(inside) && inside.length === 0 ? {} : { value: inside };
});
