import type { CredentialRow } from '../../store/schema/index.ts';

/** A stored credential as its owner sees it. The secret itself is never readable again. */
export interface CredentialView {
  id: string;
  provider: CredentialRow['provider'];
  label: string | null;
  account: string;
  organizationId: string | null;
  tokenHint: string;
  status: CredentialRow['status'];
  isDefault: boolean;
  /** ISO 8601. */
  createdAt: string;
}

export function toCredentialView(row: CredentialRow): CredentialView {
  return {
    id: row.id,
    provider: row.provider,
    label: row.label,
    account: row.account,
    organizationId: row.organizationId,
    tokenHint: row.tokenHint,
    status: row.status,
    isDefault: row.isDefault === 1,
    createdAt: new Date(row.createdAt).toISOString(),
  };
}
