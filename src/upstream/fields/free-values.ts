import { toDriftName } from '../../domain/upstream-drift.ts';
import { isDeeperThan, MAX_JSON_LEVELS } from '../../lib/json/limits.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { ObjectReader } from './object-reader.ts';

/**
 * A member of any type that clients, agents or tools wrote; null when it is missing. One that nests too deeply is null too: its
 * depths may have been cut while the answer was parsed. It is reported, and makes the objects around it incomplete.
 */
export function readFree(reader: ObjectReader, name: string): unknown {
  const value = reader.any(name);
  return isShown(reader, name, value) ? value : null;
}

/** Like `readFree`, for the elements of a list: those that nest too deeply are left out. */
export function readFreeElements(reader: ObjectReader, name: string): unknown[] {
  return reader.elements(name).filter((element) => isShown(reader, name, element));
}

/** Like `readFree`, for all members of an object that is shown as it is. */
export function readWhole(reader: ObjectReader): JsonObject {
  const whole = reader.all();
  const shown = Object.entries(whole).filter(([name, value]) => isShown(reader, name, value));
  return shown.length === Object.keys(whole).length ? whole : Object.fromEntries(shown);
}

function isShown(reader: ObjectReader, name: string, value: unknown): boolean {
  if (!isDeeperThan(value, MAX_JSON_LEVELS)) return true;
  reader.note(toDriftName(name), 'UNEXPECTED_SHAPE');
  reader.markIncomplete(name);
  return false;
}
