import { isDeepStrictEqual } from 'node:util';

import { asJsonObject, isJsonObject, type JsonObject } from './json.ts';

/** Applies a JSON merge patch (RFC 7396): null removes a member, objects are merged, any other value replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isJsonObject(value) ? mergePatch(asJsonObject(merged.get(key)), value) : value);
  }
  // Unlike assignment, `fromEntries` treats `__proto__` like any other key.
  return Object.fromEntries(merged);
}

/** True when merging the patch would change nothing. */
export function holdsPatch(target: JsonObject, patch: JsonObject): boolean {
  return isDeepStrictEqual(mergePatch(target, patch), mergePatch(target, {}));
}
