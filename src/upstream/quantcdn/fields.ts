import { isDeeperThan, MAX_JSON_LEVELS } from '../../lib/json/limits.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import type { ObjectReader } from '../fields/object-reader.ts';
import { idOf } from '../fields/values.ts';
import { readJson } from '../transport/read-body.ts';
import { TASK_ID } from './encode.ts';

/** Loose values of this upstream alone; see also ../fields. */

/** The id of a task, in a form that can be part of a path. */
export function taskIdOf(value: unknown): string | undefined {
  const id = idOf(value);
  return typeof id === 'string' && TASK_ID.test(id) ? id : undefined;
}

/** The id of another task, which need not exist. */
export function otherIdOf(value: unknown): string | undefined {
  return idOf(value) ?? undefined;
}

/** Smaller times are in seconds, larger ones in milliseconds (docs/upstream/quantcdn.md, Times). */
const LEAST_MS = 1e11;
/** The last time that ISO 8601 writes with four digits of a year. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time in seconds or milliseconds, as ISO 8601 in UTC. Zero means "none". */
export function readTime(reader: ObjectReader, name: string): string | null {
  const value = reader.number(name);
  if (value === null || value === 0) return null;
  const atMs = value < LEAST_MS ? value * 1_000 : value;
  if (atMs > 0 && atMs <= LAST_MS) return new Date(atMs).toISOString();
  reader.misfit(name, 'OUT_OF_RANGE');
  return null;
}

/** A number from 0 to 1; null otherwise. A larger one may be percent, but that is not documented. */
export function readShare(reader: ObjectReader, name: string): number | null {
  const value = reader.number(name);
  if (value === null || (value >= 0 && value <= 1)) return value;
  reader.misfit(name, 'OUT_OF_RANGE');
  return null;
}

const MAX_COUNT = 2 ** 31 - 1;

/** A count: a whole number that fits into GraphQL's `Int`; null otherwise. */
export function readCount(reader: ObjectReader, name: string): number | null {
  return reader.whole(name, 0, MAX_COUNT);
}

/** The object or list inside JSON text, as generated samples write `graph` and `result`; any other value unchanged. */
export function unwrapped(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  const inside = readJson(value);
  return inside.isJson ? inside.value : value;
}

/** The object with these members unwrapped. */
export function withUnwrapped(source: JsonObject, names: readonly string[]): JsonObject {
  const texts = names.filter((name) => typeof source[name] === 'string');
  if (texts.length === 0) return source;
  return { ...source, ...Object.fromEntries(texts.map((name) => [name, unwrapped(source[name])])) };
}

/**
 * An object that clients wrote. An empty list is an empty object as PHP writes it. Any other value is kept under
 * `value`, so that no data of a client is lost.
 */
export function toFreeObject(value: unknown): JsonObject | null {
  if (value === null || value === undefined || value === '') return null;
  if (isJsonObject(value)) return value;
  return Array.isArray(value) && value.length === 0 ? {} : { value };
}

/** A member that clients wrote. One that nests too deeply is null; `onTooDeep` is then called with its name. */
export function readFreeObject(
  reader: ObjectReader,
  name: string,
  onTooDeep: (name: string) => void,
): JsonObject | null {
  const value = unwrapped(reader.any(name));
  if (isDeeperThan(value, MAX_JSON_LEVELS)) {
    reader.misfit(name, 'UNEXPECTED_SHAPE');
    onTooDeep(name);
    return null;
  }
  const object = toFreeObject(value);
  if (object !== null && object !== value && Object.hasOwn(object, 'value'))
    reader.note(name, 'UNEXPECTED_SHAPE');
  return object;
}
