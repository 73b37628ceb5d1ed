/** The kinds of values that variables of the environment have. */
import { z } from 'zod';
import { isPublicUrl, normalizeUrl } from './lib/net/public-url.ts';
import { withoutTrailingSlashes } from './lib/text.ts';
import { parseBytes, parseDurationMs } from './lib/units.ts';

/** Parses a text. The problem of a malformed one says what was expected, and never holds the text: it may be a secret. */
export function parsed<T>(parse: (text: string) => T | undefined, expected: string) {
  return z.string().transform((text, context) => {
    try {
      const value = parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: expected });
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : expected });
    }
    return z.NEVER;
  });
}

export function orOff<T>(parse: (text: string) => T | undefined, expected: string) {
  return parsed((text) => (/^off$/i.test(text) ? 'off' : parse(text)), `${expected}, or off`);
}

export const duration = parsed(
  (text) => parseDurationMs(text) || undefined,
  'must be a duration like 250ms, 10s, 10m or 30d',
);
export const bytes = parsed((text) => parseBytes(text) || undefined, 'must be a size like 128kb or 5mb');

export function integer(min: number, max: number) {
  return parsed((text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  }, `must be a whole number from ${min} to ${max}`);
}

export const positive = parsed((text) => {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  return value > 0 ? value : undefined;
}, 'must be a number above 0');
export const flag = parsed((text) => {
  if (/^(true|on|1|yes)$/i.test(text)) return true;
  return /^(false|off|0|no)$/i.test(text) ? false : undefined;
}, 'must be true or false');
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
export const origins = list.refine(
  (items) => items.every((item) => URL.canParse(item) && new URL(item).origin === item),
  'must be comma separated origins like https://app.example.com',
);
export const headerNames = list
  .refine(
    (items) => items.every((item) => /^[\w!#$%&'+.^`|~-]+$/.test(item)),
    'must be comma separated names of headers like x-tenant',
  )
  .transform((items) => items.map((item) => item.toLowerCase()));
export const httpUrl = z
  .string()
  .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), 'must be an http(s) URL')
  .transform((text) => withoutTrailingSlashes(text));
export const absoluteUrl = z
  .string()
  .refine(isPublicUrl, 'must be an http(s) URL without user, query and fragment')
  .transform(normalizeUrl);
/** A URL that may hold a password: it is checked, passed on unchanged, and never shown. */
export function url(scheme: RegExp, problem: string) {
  return z.string().refine((text) => scheme.test(text) && URL.canParse(text), problem);
}

/** A credential of a simulator: `userId:apiToken:organizationId`. */
export const simulatorCredential = parsed((text) => {
  const [, userId, apiToken, organizationId] = /^(\d+):([0-9a-f]{64}):([0-9a-f]{32})$/.exec(text) ?? [];
  if (userId === undefined || apiToken === undefined || organizationId === undefined) return undefined;
  return { userId, apiToken, organizationId };
}, "must be a simulator's userId:apiToken:organizationId");
