import { seededAccount, seededOrganization } from '../../simulator/index.ts';
import type { GraphQLClient } from './client.ts';

/** Everything a client sees of a credential. */
export const CREDENTIAL_FIELDS =
  'id provider label account organizationId tokenHint status isDefault createdAt';

export const SAVE_CREDENTIAL = `mutation ($input: QuantConnectCredentialInput!) {
  credential: saveQuantConnectCredential(input: $input) { ${CREDENTIAL_FIELDS} }
}`;

export interface StoredCredential {
  id: string;
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

/** A token that belongs to nobody. */
export const wrongToken = '0'.repeat(64);

export const saveCredential = async (
  user: GraphQLClient,
  more: Record<string, unknown> = {},
): Promise<StoredCredential> => {
  const input = { ...seededInput, ...more };
  return (await user.ask<{ credential: StoredCredential }>(SAVE_CREDENTIAL, { input })).credential;
};

export const credentialsOf = async (user: GraphQLClient): Promise<StoredCredential[]> => {
  const list = `{ viewer { credentials { ${CREDENTIAL_FIELDS} } } }`;
  return (await user.ask<{ viewer: { credentials: StoredCredential[] } }>(list)).viewer.credentials;
};
