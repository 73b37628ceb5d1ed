import { isDeepStrictEqual } from 'node:util';

import { asJsonObject, isJsonObject, type JsonObject } from './json.ts';

/** Merges a patch into an object (RFC 7396): null removes, objects are merged, all else replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isJsonObject(value) ? mergePatch(asJsonObject(merged.get(key)), value) : value);
  }
  // Unlike an assignment, this makes `__proto__` a key like any other.
  return Object.fromEntries(merged);
}

/** True when merging the patch would change nothing. */
export function holdsPatch(target: JsonObject, patch: JsonObject): boolean {
  return isDeepStrictEqual(mergePatch(target, patch), mergePatch(target, {}));
}
