import { z } from 'zod';
import { isJsonObject } from '../../lib/json.ts';
import { anything, decodeList, elementsOf, id, number } from '../loose-fields.ts';
import { readJson } from '../transport/read-json.ts';
import { TASK_ID } from './wire.ts';

/** What only this upstream's wire writes loosely; the rest is in ../fields.ts. */

/** The id of a task that can be asked for. */
export const taskId = id.pipe(z.string().regex(TASK_ID));

/** Below this a time counts seconds, from here on milliseconds (page section 5). */
const LEAST_MS = 1e11;
/** The last moment that ISO 8601 writes with four digits of a year. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time by its size, as ISO 8601 in UTC. Zero is no moment of any task but another way to say "none". */
export const time = number.transform((value) => {
  if (value === null || value <= 0) return null;
  const atMs = value < LEAST_MS ? value * 1_000 : value;
  return atMs <= LAST_MS ? new Date(atMs).toISOString() : null;
});

const MOST_COUNTED = 2 ** 31 - 1;

/** A count that both doors can write: a whole number of 31 bits; null otherwise. */
export const countOrNull = number.transform((value) =>
  value !== null && Number.isInteger(value) && value >= 0 && value <= MOST_COUNTED ? value : null,
);

/** A share of the whole. More than that may be per cent, which nobody described, so it is not guessed at. */
export const progress = number.transform((value) =>
  value !== null && value >= 0 && value <= 1 ? value : null,
);

/** The object or list inside JSON text, as generated samples write `graph` and `result`; anything else as it is. */
export function unwrapped(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  const inside = readJson(value);
  return inside.isJson ? inside.value : value;
}

/** Ids of other tasks, which may be gone or never have been: kept as they are. Empty when missing. */
export const idList = anything.transform((value) => decodeList(id, unwrapped(value)));

/** As `idList`, null when missing. */
export const idListOrNull = anything.transform((value) => {
  const elements = elementsOf(unwrapped(value));
  return elements ? decodeList(id, elements) : null;
});

/**
 * What clients wrote themselves. An empty list is an empty object as PHP writes it. What is no object at all is
 * kept under `value`, since somebody put it there and nobody else has it.
 */
export const freeObject = anything.transform((value): Record<string, unknown> | null => {
  const inside = unwrapped(value);
  if (inside === undefined || inside === null || inside === '') return null;
  if (isJsonObject(inside)) return inside;
  return Array.isArray(inside) && inside.length === 0 ? {} : { value: inside };
});
