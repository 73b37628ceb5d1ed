import { parseExactJson } from '../../lib/json/exact.ts';
import { asJsonObject, type JsonObject } from '../../lib/json.ts';
import { toFreeObject } from './fields.ts';

/**
 * The metadata in the answer to a read of one task, with every number in the digits it came with; empty when there is
 * none. It has the same names as the metadata that is shown.
 * @param text the body of the answer
 * @returns null when another field nests so deeply that the body cannot be read so
 */
export function readExactMetadata(text: string): JsonObject | null {
  try {
    const { metadata } = asJsonObject(parseExactJson(text));
    return toFreeObject(unwrapExactly(metadata)) ?? {};
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The value inside JSON text; any other value unchanged. */
function unwrapExactly(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return parseExactJson(value);
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}
