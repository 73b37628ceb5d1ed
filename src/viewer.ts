/** A role of a signed-in user. */
export type Role = 'user' | 'admin';

/** What a service account can be granted. `act_as` allows it to get tokens for users. */
export const SCOPES = ['read', 'write', 'deploy', 'act_as'] as const;

/** What a token allows: to read, to change, and to run things; see `SCOPES` for `act_as`. */
export type Scope = (typeof SCOPES)[number];

/** The scopes of a signed-in person: all but `act_as`. */
export const OWN_SCOPES: readonly Scope[] = ['read', 'write', 'deploy'];

/** A user or service account, by id and name. */
export interface Principal {
  id: string;
  /** E-mail of a person, name of a service account. */
  name: string;
}

/** The calls upstream that one operation may still make. */
export interface UpstreamAllowance {
  /** Counts a call before it is made. @throws GatewayError `GRAPHQL_LIMIT_EXCEEDED` for a read beyond the limit */
  take(isChange: boolean): void;
}

/** The caller of a request, known once the access token and its session or secret have been checked. */
export interface Viewer {
  /** Id of the user or service account: the owner of what the request stores. */
  userId: string;
  /** E-mail of a person, name of a service account. */
  name: string;
  /** Null for a service account. */
  email: string | null;
  roles: Role[];
  /** What the token allows. */
  scopes: readonly Scope[];
  /** The service account, or the gateway itself, that acts for this user; null when the user calls. */
  actor: Principal | null;
  /** The session, or the service's secret, that the token was issued for; when it ends, the token ends. */
  sessionId: string;
  /** When the access token expires, in ms since the epoch. */
  expiresAtMs: number;
  /** Address of the client; null when it is not known. */
  address: string | null;
  /** What counts the calls upstream of this operation; without it they are not counted. */
  upstreamCalls?: UpstreamAllowance;
}

/** The gateway that works for a user, for example on a run. The audit log names both. */
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
