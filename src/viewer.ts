/** A role of a signed-in user. */
export type Role = 'user' | 'admin';

/** What a service account can be granted. `act_as` lets it ask for tokens of users; nothing else needs it. */
export const SCOPES = ['read', 'write', 'deploy', 'act_as'] as const;

/** What a token allows: looking, changing, and running things; see `SCOPES` for `act_as`. */
export type Scope = (typeof SCOPES)[number];

/** What somebody who signs in themselves may do: everything but speak for others. */
export const OWN_SCOPES: readonly Scope[] = ['read', 'write', 'deploy'];

/** Somebody by id and by the name people know them by. */
export interface Principal {
  id: string;
  /** E-mail of a person, name of a service account. */
  name: string;
}

/** Who is calling, known once the access token and what it hangs on have been checked. */
export interface Viewer {
  /** Id of the user or service account; every stored thing belongs to exactly one. */
  userId: string;
  /** E-mail of a person, name of a service account. */
  name: string;
  /** Null for a service account. */
  email: string | null;
  roles: Role[];
  /** What the token allows. */
  scopes: readonly Scope[];
  /** The service account that acts for this user; null when they act themselves. */
  actor: Principal | null;
  /** What the token hangs on, a session or a service's secret; ending that ends the token. */
  sessionId: string;
  /** When the access token expires, in ms since the epoch. */
  expiresAtMs: number;
  /** Where the request came from, where that is known. */
  address: string | null;
}

/** The gateway itself at work for a user, on what they have asked it to carry on: it is named with them. */
export function gatewayOnBehalfOf({ id, name }: Principal): Viewer {
  return {
    userId: id,
    name,
    email: null,
    roles: [],
    scopes: OWN_SCOPES,
    actor: { id: 'quantgate', name: 'Quantgate' },
    sessionId: '',
    expiresAtMs: Number.POSITIVE_INFINITY,
    address: null,
  };
}
