/** A number as it was written. `JSON.stringify` writes it again with the same digits; nothing else reads it. */
interface RawNumber {
  readonly rawJSON: string;
}

declare global {
  // Part of JavaScript (ECMA-262, JSON.rawJSON) and of Node, but not yet of TypeScript's library.
  interface JSON {
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
  }
}

/**
 * Parses JSON so that `JSON.stringify` gives every number back with the digits it came with: `9007199254740993`, `1.10`,
 * `1e400`. A number that JavaScript would write otherwise is a `RawNumber`; all other values are as `JSON.parse` gives
 * them. For values that are written back to their owner, not for values that are used.
 * @throws SyntaxError for text that is not JSON; RangeError for text that nests more than about a thousand levels
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown);
}

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  const { source } = context;
  return typeof value === 'number' && source !== undefined && String(value) !== source
    ? JSON.rawJSON(source)
    : value;
}
