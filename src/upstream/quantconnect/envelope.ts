import { isJsonObject } from '../../lib/json.ts';
import { flag } from './fields.ts';

/** What surrounds every answer (upstream page, section 3), read leniently. */
export interface Envelope {
  /** `undefined` when the answer does not say. */
  success: boolean | undefined;
  /** The upstream's own words, unredacted: never log or show them. */
  messages: string[];
  /** The whole object, for the one field that was asked for. */
  fields: Record<string, unknown>;
}

/** Texts of a list, of one text, or of objects that carry a `message`. */
function textsOf(value: unknown): string[] {
  return [value].flat().flatMap((item: unknown) => {
    if (typeof item === 'string') return item.trim() === '' ? [] : [item];
    return isJsonObject(item) && typeof item.message === 'string' ? [item.message] : [];
  });
}

/** Reads the envelope of a JSON value; `undefined` when it is no object. Texts are looked for in lean-cli's order. */
export function readEnvelope(value: unknown): Envelope | undefined {
  if (!isJsonObject(value)) return undefined;
  const messages = [value.errors, value.messages, value.Message, value.message]
    .map(textsOf)
    .find((texts) => texts.length > 0);
  return { success: flag.parse(value.success) ?? undefined, messages: messages ?? [], fields: value };
}
