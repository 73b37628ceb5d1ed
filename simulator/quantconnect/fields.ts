import { Refusal } from './refusal.ts';

/** Typed access to a request body. A missing field, or one of the wrong type, refuses the request. */
export interface Fields {
  integer(name: string): number;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  oneOf(name: string, values: readonly string[]): string;
}

/** The object in a body; no body is `{}` (docs/upstream/quantconnect.md, Transport). */
export function bodyObject(body: unknown): Record<string, unknown> {
  if (body === undefined) return {};
  if (isObject(body)) return body;
  throw new Refusal('The request body must be a JSON object.');
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An integer, or with loose types its decimal text; otherwise `undefined`. */
export function asInteger(value: unknown, loose: boolean): number | undefined {
  if (Number.isSafeInteger(value)) return value as number;
  if (loose && typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return undefined;
}

/**
 * Reads the fields of a body (docs/upstream/quantconnect.md, Errors by case). One
 * error is reported; its text is assumed.
 */
export function readFields(body: Record<string, unknown>, loose: boolean): Fields {
  const present = (name: string) => {
    const value = body[name];
    if (value === undefined || value === null) throw new Refusal(`${name} is required.`);
    return value;
  };
  const text = (name: string) => {
    const value = present(name);
    if (typeof value !== 'string') throw new Refusal(`${name} must be a string.`);
    if (value.trim() === '') throw new Refusal(`${name} is required.`);
    return value;
  };

  return {
    text,
    integer(name) {
      const value = asInteger(present(name), loose);
      if (value === undefined) throw new Refusal(`${name} must be an integer.`);
      return value;
    },
    optionalText: (name) => (body[name] === undefined || body[name] === null ? undefined : text(name)),
    oneOf(name, values) {
      const value = text(name);
      if (!values.includes(value)) throw new Refusal(`${name} must be one of ${values.join(', ')}.`);
      return value;
    },
  };
}
