import type { RequestCalls } from './domain/upstream-call.ts';

export const ROLES = ['user', 'admin'] as const;

/** A role of a signed-in user. */
export type Role = (typeof ROLES)[number];

/** What a service account can be granted. `act_as` allows it to get tokens for users, `debug` to see calls upstream. */
export const SCOPES = ['read', 'write', 'deploy', 'act_as', 'debug'] as const;

/** What a token allows: to read, to change, and to run things; see `SCOPES` for the others. */
export type Scope = (typeof SCOPES)[number];

/** The scopes of a signed-in person. */
export const OWN_SCOPES: readonly Scope[] = ['read', 'write', 'deploy'];

/** A user or service account, by id and name. */
export interface Principal {
  id: string;
  /** E-mail of a person, name of a service account. */
  name: string;
}

/** The caller of a request, known once the access token and its session or secret have been checked. */
export interface Viewer extends RequestCalls {
  /** Id of the user or service account: the owner of what the request stores. */
  userId: string;
  /** E-mail of a person, name of a service account. */
  name: string;
  /** Null for a service account, and for a user of an outside identity provider. */
  email: string | null;
  roles: Role[];
  /** What the token allows. */
  scopes: readonly Scope[];
  /** The service account, or the gateway itself, that acts for this user; null when the user calls. */
  actor: Principal | null;
  /** The session, or the service's secret, that the token was issued for; when it ends, the token ends. */
  sessionId: string;
  /** The rights of the user as they were read, by `rightsIdOf`; what is open ends when they change. Services have none. */
  rightsId?: string | undefined;
  /** When the access token expires, in ms since the epoch. */
  expiresAtMs: number;
  /** Of a watch token: the only deployment that it may read; it may do nothing else. @default null */
  watchedDeploymentId?: string | null;
  /** Address of the client; null when it is not known. */
  address: string | null;
}

/** Names the rights of a user at one time: their roles, and that they are not disabled. It is unlike every id of a session. */
export function rightsIdOf({ id, rightsRevision }: { id: string; rightsRevision: number }): string {
  return `user_${id}_${rightsRevision}`;
}

/** What `rightsIdOf` was made from; undefined for another id. */
export function parseRightsId(rightsId: string): { id: string; rightsRevision: number } | undefined {
  const [, id, revision] = /^user_([\w-]{1,50})_(\d{1,10})$/.exec(rightsId) ?? [];
  return id === undefined ? undefined : { id, rightsRevision: Number(revision) };
}

/** The operator at the command line of this machine, who may do what an administrator may. */
export const COMMAND_LINE: Viewer = {
  userId: 'command-line',
  name: 'command line',
  email: '',
  roles: ['admin'],
  scopes: OWN_SCOPES,
  actor: null,
  sessionId: '',
  expiresAtMs: Number.POSITIVE_INFINITY,
  address: null,
};

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
