import { z } from 'zod';
import { number, optionalId, text } from '../loose-fields.ts';

/** Loose values of this upstream alone (docs/upstream/quantconnect.md, Loose values); see also ../loose-fields.ts. */

/** An id where 0 means "none", as for projects (docs/upstream/quantconnect.md, Project preference). */
export const idUnlessZero = optionalId.transform((value) => (value === '0' ? null : value));

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

/**
 * A time, written as ISO 8601 or as `YYYY-MM-DD HH:MM:SS` without a zone, which is read as UTC. Result: ISO 8601 in
 * UTC.
 */
export const time = text.transform((value) => {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?$/.exec(
    value?.trim() ?? '',
  );
  if (!match) return null;
  const [, day, clock, zone = 'Z'] = match;
  const moment = new Date(`${day}T${clock}${zone}`);
  // `Date` moves a day that does not exist to the next month, so the result is compared with the input.
  const isReal =
    !Number.isNaN(moment.getTime()) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(`${day}`);
  return isReal ? moment.toISOString() : null;
});

/** A nested object; null when it is missing or written as `[]`. */
export function objectOrNull<Shape extends z.ZodRawShape>(shape: z.ZodObject<Shape>) {
  return shape.nullable().catch(null);
}
