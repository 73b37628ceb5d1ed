import { z } from 'zod';

/** The longest valid address (RFC 5321, 4.5.3.1.3). */
const EMAIL_MAX_LENGTH = 254;
/** The limits of passwords (docs/guide/people.md, Sign in). */
const PASSWORD_MIN_LENGTH = 8;
const PASSWORD_MAX_LENGTH = 128;

export const email = z.string().trim().max(EMAIL_MAX_LENGTH).pipe(z.email('must be an e-mail address'));
export const password = z.string().max(PASSWORD_MAX_LENGTH, 'must have 8 to 128 characters');
export const newPassword = password.min(PASSWORD_MIN_LENGTH, 'must have 8 to 128 characters');

export const role = z.enum(['user', 'admin']);

/** The user, as an answer to the user. */
export const user = z.object({
  id: z.string(),
  email: z.string(),
  roles: z.array(role),
  createdAt: z.iso.datetime(),
});

/** A user or a service account. */
export const principal = z.object({
  id: z.string(),
  name: z.string().describe('The e-mail address of a user, the name of a service account'),
});
