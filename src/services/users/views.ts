import type { User } from '../../store/identity/users.ts';
import type { Role } from '../../viewer.ts';

/** A user as administrators see it. */
export interface UserView {
  id: string;
  /** Null for a user of an outside identity provider. */
  email: string | null;
  roles: Role[];
  isDisabled: boolean;
  /** RFC 3339. */
  createdAt: string;
  /** Who the user is at an outside identity provider; null for who signs in here. */
  outside: { issuer: string; subject: string } | null;
}

/** A token with which a user sets a password, once. `expiresAt` is RFC 3339. */
export interface PasswordReset {
  resetToken: string;
  expiresAt: string;
}

export function toUserView({ id, email, roles, isDisabled, createdAtMs, outside }: User): UserView {
  return { id, email, roles, isDisabled, createdAt: new Date(createdAtMs).toISOString(), outside };
}
