import { z } from 'zod';
import { isJsonObject } from '../lib/json.ts';

/**
 * Schemas for loosely typed JSON of an upstream, each with one strict result type. All but `id` fall back to null
 * or an empty value instead of failing, so that one unexpected field does not cost the whole object.
 */

/** Any value, or a missing key, which a bare `z.unknown()` would refuse. */
export const anything = z.unknown().optional();

/** An id, a number or text, as text. A number beyond 2^53 is refused, because it has lost digits. */
export const id = z.union([
  z.string().trim().min(1),
  z
    .number()
    .refine(Number.isSafeInteger, 'not a whole number that can be told from its neighbors')
    .transform(String),
]);

/** An id that may be missing. */
export const optionalId = id.nullable().catch(null);

/** Text; a number counts as its digits. */
export const text = z
  .union([z.string(), z.number().transform(String)])
  .nullable()
  .catch(null);

/** Text that is empty when missing. */
export const textOrEmpty = text.transform((value) => value ?? '');

/** Text that is null when empty, because upstreams write both for "none". */
export const textUnlessEmpty = text.transform((value) => value || null);

const numericText = z
  .string()
  .trim()
  .regex(/^-?\d+(\.\d+)?$/)
  .transform(Number);

/** A number, or its digits as text. */
export const number = z
  .union([z.number(), numericText.pipe(z.number())])
  .nullable()
  .catch(null);

/** The elements of a list, which upstreams write as an array or as an object with number keys. */
function elementsOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value);
  return entries.every(([key]) => /^\d+$/.test(key)) ? entries.map(([, element]) => element) : undefined;
}

/**
 * The elements of a list that decode. The others are left out, and `onSkip` gets their number. Empty when `value` is
 * no list.
 */
export function decodeList<T extends z.ZodType>(
  schema: T,
  value: unknown,
  onSkip?: (skipped: number) => void,
): z.output<T>[] {
  const results = (elementsOf(value) ?? []).map((element) => schema.safeParse(element));
  const decoded = results.flatMap((result) => (result.success ? [result.data] : []));
  if (decoded.length < results.length) onSkip?.(results.length - decoded.length);
  return decoded;
}

/** A list inside an object. */
export function listOf<T extends z.ZodType>(schema: T) {
  return anything.transform((value) => decodeList(schema, value));
}
