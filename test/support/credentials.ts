import { seededAccount, seededOrganization, seededQuantCdnToken } from '../../simulator/index.ts';
import type { GraphQLClient } from './client.ts';

/** Everything a client sees of a credential. */
export const CREDENTIAL_FIELDS =
  'id provider label account organizationId tokenHint status isDefault createdAt';

export const SAVE_CREDENTIAL = `mutation ($input: QuantConnectCredentialInput!) {
  credential: saveQuantConnectCredential(input: $input) { ${CREDENTIAL_FIELDS} }
}`;

export const SAVE_QUANTCDN = `mutation ($input: QuantCdnCredentialInput!) {
  credential: saveQuantCdnCredential(input: $input) { ${CREDENTIAL_FIELDS} }
}`;

export const UPDATE_CREDENTIAL = `mutation ($id: ID!, $input: UpdateCredentialInput!) {
  credential: updateCredential(id: $id, input: $input) { ${CREDENTIAL_FIELDS} }
}`;

export const VERIFY_CREDENTIAL =
  'mutation ($id: ID!) { credential: verifyCredential(id: $id) { id status } }';

export const DELETE_CREDENTIAL = 'mutation ($id: ID!) { deleteCredential(id: $id) }';

export interface StoredCredential {
  id: string;
  provider: string;
  label: string | null;
  status: string;
  isDefault: boolean;
}

/** The input of the simulator's seeded account. */
export const seededInput = {
  userId: seededAccount.userId,
  apiToken: seededAccount.apiToken,
  organizationId: seededOrganization.id,
};

/** The input of the simulator's seeded QuantCDN token. */
export const seededQuantCdnInput = { organisation: 'acme', apiToken: seededQuantCdnToken.token };

/** A token that belongs to no account. */
export const wrongToken = '0'.repeat(64);

export async function saveCredential(
  user: GraphQLClient,
  more: Record<string, unknown> = {},
): Promise<StoredCredential> {
  const input = { ...seededInput, ...more };
  return (await user.ask<{ credential: StoredCredential }>(SAVE_CREDENTIAL, { input })).credential;
}

export async function saveQuantCdn(
  user: GraphQLClient,
  more: Record<string, unknown> = {},
): Promise<StoredCredential> {
  const input = { ...seededQuantCdnInput, ...more };
  return (await user.ask<{ credential: StoredCredential }>(SAVE_QUANTCDN, { input })).credential;
}

export async function credentialsOf(user: GraphQLClient): Promise<StoredCredential[]> {
  const list = `{ viewer { credentials { ${CREDENTIAL_FIELDS} } } }`;
  return (await user.ask<{ viewer: { credentials: StoredCredential[] } }>(list)).viewer.credentials;
}
