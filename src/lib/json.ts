/** What JSON calls an object. */
export type JsonObject = Record<string, unknown>;

/** True for a JSON object, which an array is not, nor a number that keeps its digits (json/exact.ts). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** The value if it is a JSON object, else an empty one. */
export function asJsonObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

declare const content: unique symbol;

/** JSON text of a `T`. It keeps the type of a stored value from the code that writes it to the code that reads it. */
export type JsonText<T> = string & { readonly [content]: T };

/** The only way to make a `JsonText`. `value` must survive JSON: no dates, maps or functions. */
export function toJson<T>(value: T): JsonText<T> {
  return JSON.stringify(value) as JsonText<T>;
}

/** Parses what `toJson` made. For text from outside, parse and validate instead. */
export function parseJson<T>(text: JsonText<T>): T {
  return JSON.parse(text);
}
