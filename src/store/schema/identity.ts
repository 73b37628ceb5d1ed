import type { Generated, Insertable, Selectable } from 'kysely';
import type { JsonText } from '../../lib/json.ts';
import type { Role, Scope } from '../../viewer.ts';
import type { Fixed, Flag } from './columns.ts';

/**
 * Everything that can own something: a person who signs in, a user of an outside identity provider, or a service account. A
 * service account has a row here too, without e-mail and password, so that each owner column references one table and
 * deletion cascades the same way.
 */
export interface UserTable {
  id: Fixed<string>;
  /** Trimmed and lower-cased; unique. */
  email: string | null;
  /** PHC string of argon2id; null for who has none yet, and for all but people. */
  passwordHash: string | null;
  roles: JsonText<Role[]>;
  createdAt: Fixed<number>;
  isDisabled: Generated<Flag>;
  /** Grows with each change of the roles and of `isDisabled`; what was open with an earlier one ends. */
  rightsRevision: Generated<number>;
  /** When the erasing of the account began; its row is deleted last. */
  erasingAt: Generated<number | null>;
  /** The outside identity provider, and the user's name there; null for who signs in here. Unique together. */
  issuer: Generated<string | null>;
  subject: Generated<string | null>;
}

/** The token with which a user may set a password, once. A newer one replaces it. */
export interface PasswordResetTable {
  userId: Fixed<string>;
  /** SHA-256, base64url. */
  hash: string;
  expiresAt: number;
}

/** One sign-in on one device: the family of its refresh tokens. */
export interface SessionTable {
  id: Fixed<string>;
  userId: Fixed<string>;
  createdAt: Fixed<number>;
  expiresAt: number;
  /** Never reset: a revoked session stays revoked, also within the grace. */
  revokedAt: number | null;
  /** SHA-256 (base64url) of the current refresh token. */
  currentHash: string;
  /** SHA-256 of the token that the current one replaced; it may be used once more within the grace. */
  parentHash: string | null;
  rotatedAt: number | null;
  /** The `User-Agent` header at sign-in. */
  userAgent: Fixed<string | null>;
}

/** Refresh tokens a session has used up. Each but the parent of the current one ends the session when it is used again, until it is pruned. */
export interface SpentTokenTable {
  hash: Fixed<string>;
  sessionId: Fixed<string>;
  /** Null in rows of versions that did not store it. */
  spentAt: Fixed<number | null>;
}

/** A network that an account was used from lately. */
export interface UserNetworkTable {
  userId: Fixed<string>;
  /** An IPv4 address, or the first 64 bits of an IPv6 address. */
  network: Fixed<string>;
  usedAt: number;
}

/** What only service accounts have; the id is that of their row in `users`. */
export interface ServiceAccountTable {
  id: Fixed<string>;
  name: Fixed<string>;
  scopes: Fixed<JsonText<Scope[]>>;
  createdAt: Fixed<number>;
  /** The administrator who made it: it ends with that account. Null for one that the command line made. */
  createdBy: Generated<string | null>;
}

/** A secret of a service account. Deleting it invalidates the tokens that were issued for it. */
export interface ServiceSecretTable {
  id: Fixed<string>;
  serviceId: Fixed<string>;
  /** SHA-256, base64url. */
  hash: Fixed<string>;
  createdAt: Fixed<number>;
  lastUsedAt: number | null;
  /** Null for one that does not expire. */
  expiresAt: Generated<number | null>;
}

/** One security act. Names are copied, because the row outlives the users it names. */
export interface AuditTable {
  /** Sorts by time. */
  id: Fixed<string>;
  at: Fixed<number>;
  act: Fixed<string>;
  /** Null when the caller is unknown or the gateway itself. */
  actorId: Fixed<string | null>;
  actorName: Fixed<string | null>;
  /** The user a service acted for, or whose thing the gateway acted on. */
  onBehalfOfId: Fixed<string | null>;
  onBehalfOfName: Fixed<string | null>;
  /** `OK`, or the error code. */
  outcome: Fixed<string>;
  /** Ids of what the act was done to, by kind. */
  subjects: Fixed<JsonText<Record<string, string>>>;
  address: Fixed<string | null>;
}

/** A user's upstream credential. Only the vault can open its sealed secret. */
export interface CredentialTable {
  id: Fixed<string>;
  ownerId: Fixed<string>;
  provider: Fixed<'QUANTCONNECT' | 'QUANTCDN'>;
  label: string | null;
  /** The upstream's name of the account: QuantConnect's user id, QuantCDN's organisation. */
  account: Fixed<string>;
  organizationId: string | null;
  /** Last four characters of the secret. */
  tokenHint: string;
  /** Envelope of the vault, as JSON. */
  sealed: string;
  /** Key that wraps the data key of `sealed`. */
  kid: string;
  status: 'VERIFIED' | 'UNVERIFIED' | 'REJECTED';
  /** Code of the error because of which it could not be verified; of no meaning unless it is `UNVERIFIED`. */
  verificationProblem: string | null;
  isDefault: Flag;
  createdAt: Fixed<number>;
  /** When the first request with it succeeded. */
  firstUsedAt: number | null;
}

/** One sealed canary per wrapping key, by which a wrong key is found before it is used. */
export interface KeyCheckTable {
  kid: Fixed<string>;
  sealed: string;
}

export type UserRow = Selectable<UserTable>;
export type SessionRow = Selectable<SessionTable>;
export type ServiceAccountRow = Selectable<ServiceAccountTable>;
export type ServiceSecretRow = Selectable<ServiceSecretTable>;
export type AuditRow = Selectable<AuditTable>;
export type CredentialRow = Selectable<CredentialTable>;
export type NewCredentialRow = Insertable<CredentialTable>;
