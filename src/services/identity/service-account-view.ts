import type { ServiceAccount, ServiceSecret } from '../../store/identity/service-accounts.ts';
import type { Scope } from '../../viewer.ts';

/** A service account as administrators see it. Times are RFC 3339. */
export interface ServiceAccountView {
  /** Also its OAuth `client_id`, and the owner of what it makes. */
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: string;
  secrets: SecretView[];
}

/** A secret, but for the secret itself. */
export interface SecretView {
  id: string;
  createdAt: string;
  /** When a token was last got with it: tells whether an old secret can go. */
  lastUsedAt: string | null;
}

/** A service account with its secrets, but for the secrets themselves. */
export function toServiceAccountView(
  { id, name, scopes, createdAtMs }: ServiceAccount,
  secrets: readonly ServiceSecret[],
): ServiceAccountView {
  return {
    id,
    name,
    scopes,
    createdAt: new Date(createdAtMs).toISOString(),
    secrets: secrets.map(toSecretView),
  };
}

export function toSecretView({ id, createdAtMs, lastUsedAtMs }: ServiceSecret): SecretView {
  return {
    id,
    createdAt: new Date(createdAtMs).toISOString(),
    lastUsedAt: lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString(),
  };
}
