/** A user, as administrators see it. */
export interface User {
  id: string;
  email: string | null;
  roles: string[];
  isDisabled: boolean;
  createdAt: string;
  outside: { issuer: string; subject: string } | null;
}

export function nameOfUser({ email, outside, id }: User): string {
  return email ?? outside?.subject ?? id;
}
