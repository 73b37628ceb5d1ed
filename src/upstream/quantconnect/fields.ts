import { z } from 'zod';

/**
 * The loose types of the wire (upstream page, section 10), each read into one strict type. All but `id` fall
 * back to null or empty instead of failing: one odd field never costs the whole object.
 */

/** Anything, also nothing: a bare `z.unknown()` would make a missing key an error. */
export const anything = z.unknown().optional();

/** An id as text: the documentation says number, the wire may say text. A number beyond 2^53 is no id: it has lost digits. */
export const id = z.union([
  z.string().trim().min(1),
  z
    .number()
    .refine(Number.isSafeInteger, 'not a whole number that can be told from its neighbours')
    .transform(String),
]);

/** An id that may be missing. */
export const optionalId = id.nullable().catch(null);

/** An id where 0 means "none", as for projects (section 5.2). */
export const idUnlessZero = optionalId.transform((value) => (value === '0' ? null : value));

/** Text; a number counts as its digits. */
export const text = z
  .union([z.string(), z.number().transform(String)])
  .nullable()
  .catch(null);

/** Text that is empty when missing. */
export const textOrEmpty = text.transform((value) => value ?? '');

/** Text that is null when empty: the upstream writes both for "none". */
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

/** A count: a whole number from 0, 0 when missing. */
export const count = number.transform((value) => Math.max(0, Math.trunc(value ?? 0)));

/** A boolean, also written 0, 1, "0", "1", "true" or "false". */
export const flag = z
  .union([
    z.boolean(),
    z.literal([1, '1', 'true']).transform(() => true),
    z.literal([0, '0', 'false']).transform(() => false),
  ])
  .nullable()
  .catch(null);

/** `YYYY-MM-DD HH:MM:SS` without a zone, read as UTC (section 10), or ISO 8601; as ISO 8601 in UTC. */
export const time = text.transform((value) => {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?$/.exec(
    value?.trim() ?? '',
  );
  if (!match) return null;
  const [, day, clock, zone = 'Z'] = match;
  const moment = new Date(`${day}T${clock}${zone}`);
  // A day that does not exist rolls over instead of failing: it must come back as it was written.
  const isReal =
    !Number.isNaN(moment.getTime()) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(`${day}`);
  return isReal ? moment.toISOString() : null;
});

/** Nested object, null when missing or written `[]`. */
export const objectOrNull = <Shape extends z.ZodRawShape>(shape: z.ZodObject<Shape>) =>
  shape.nullable().catch(null);

/** A list as the upstream writes one: an array, or an object with number keys; empty when missing. */
const elements = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  return entries.every(([key]) => /^\d+$/.test(key)) ? entries.map(([, element]) => element) : [];
};

/** The elements that decode; the others are left out and counted for `onSkip`. */
export const decodeList = <T extends z.ZodType>(
  schema: T,
  value: unknown,
  onSkip?: (skipped: number) => void,
): z.output<T>[] => {
  const results = elements(value).map((element) => schema.safeParse(element));
  const decoded = results.flatMap((result) => (result.success ? [result.data] : []));
  if (decoded.length < results.length) onSkip?.(results.length - decoded.length);
  return decoded;
};

/** A list inside an object. */
export const listOf = <T extends z.ZodType>(schema: T) =>
  anything.transform((value) => decodeList(schema, value));
