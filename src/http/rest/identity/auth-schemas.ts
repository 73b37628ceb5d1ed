import { z } from 'zod';
import { hasLength } from '../../../lib/text.ts';
import { ROLES } from '../../../viewer.ts';

/** The longest valid address (RFC 5321, 4.5.3.1.3). */
const EMAIL_MAX_LENGTH = 254;
/** The limits of passwords (docs/guide/people.md, Sign in). */
const PASSWORD_MIN_LENGTH = 8;
const PASSWORD_MAX_LENGTH = 128;

export const email = z.string().trim().max(EMAIL_MAX_LENGTH).pipe(z.email('must be an e-mail address'));

/** A password of `min` characters or more. The schema states no length, because JSON Schema counts before normalization. */
function passwordOf(min: number) {
  const isFit = (text: string) => hasLength(text, min, PASSWORD_MAX_LENGTH);
  return z
    .string()
    .refine(isFit, 'must have 8 to 128 characters')
    .describe('8 to 128 characters, counted after normalization (NFKC)');
}

export const password = passwordOf(0);
export const newPassword = passwordOf(PASSWORD_MIN_LENGTH);

export const role = z.enum(ROLES);

/** The user, as an answer to the user. */
export const user = z
  .object({
    id: z.string(),
    email: z.string(),
    roles: z.array(role),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'User' });

/** A user or a service account. */
export const principal = z
  .object({
    id: z.string(),
    name: z.string().describe('The e-mail address of a user, the name of a service account'),
  })
  .meta({ id: 'Principal' });

/** The largest body of a route that takes requests without a token, in bytes; a sign-in needs far less. */
export const BODY_LIMIT_WITHOUT_TOKEN = 16 * 1024;
