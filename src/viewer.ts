/** A role of a signed-in user. */
export type Role = 'user' | 'admin';

/** Who is calling, known once the access token and its session have been checked. */
export interface Viewer {
  /** Id of the user; every stored thing belongs to exactly one. */
  userId: string;
  email: string;
  roles: Role[];
  /** The session the token was issued for; ending it ends the token. */
  sessionId: string;
  /** When the access token expires, in ms since the epoch. */
  expiresAtMs: number;
}
