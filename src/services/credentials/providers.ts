import type { FieldProblem } from '../../errors.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { QuantCdnClient, QuantCdnCredential } from '../../upstream/quantcdn/client.ts';
import type { QuantConnectClient, QuantConnectCredential } from '../../upstream/quantconnect/client.ts';
import { check, checkText } from '../common/input.ts';

/** A QuantConnect credential to be stored. */
export interface QuantConnectCredentialInput {
  label?: string | null;
  userId: string;
  apiToken: string;
  organizationId?: string | null;
}

/** A QuantCDN credential to be stored: the token of an organisation. */
export interface QuantCdnCredentialInput {
  label?: string | null;
  /** The organisation's short name. */
  organisation: string;
  apiToken: string;
}

/** Together with the label, what distinguishes an owner's credentials of one provider. */
export type AccountKey = Pick<CredentialRow, 'account' | 'organizationId'>;

/** A secret that the upstream is to verify, whether it is stored or not. */
export interface SecretToVerify {
  ownerId: string;
  credentialId: string;
  account: string;
  apiToken: string;
}

/** What differs between the credentials of the upstreams. */
export interface CredentialProvider<Input> {
  accountOf(input: Input): AccountKey;
  /** Checks the fields that only this provider has. */
  checkAccount(input: Input): (FieldProblem | undefined)[];
  /**
   * Verifies a secret by a call that changes nothing upstream.
   * @throws GatewayError `CREDENTIAL_REJECTED`, or the failure of the call
   */
  verify(candidate: SecretToVerify): Promise<void>;
  /** True if a credential has a default organization, for calls that name none. */
  hasOrganizationId: boolean;
}

/** The providers by their name in the store. */
export interface CredentialProviders {
  QUANTCONNECT: CredentialProvider<QuantConnectCredentialInput>;
  QUANTCDN: CredentialProvider<QuantCdnCredentialInput>;
}

/** Makes clients for secrets that may not be stored yet. */
export interface CredentialProvidersDeps {
  quantConnect(credential: QuantConnectCredential): Pick<QuantConnectClient, 'authenticate'>;
  quantCdn(credential: QuantCdnCredential): Pick<QuantCdnClient, 'listTasks'>;
}

/** A short name. `.` and `..` are refused: in a URL they would be path steps. */
const ORGANISATION = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

export function createCredentialProviders(deps: CredentialProvidersDeps): CredentialProviders {
  return {
    QUANTCONNECT: {
      accountOf: ({ userId, organizationId }) => ({
        account: userId,
        organizationId: organizationId ?? null,
      }),
      checkAccount: ({ userId, organizationId }) => [
        check(/^\d{1,15}$/.test(userId), 'input.userId', 'must be the numeric QuantConnect user id'),
        checkText(organizationId, 'input.organizationId', 100),
      ],
      verify: ({ account, ...secret }) => deps.quantConnect({ ...secret, userId: account }).authenticate(),
      hasOrganizationId: true,
    },

    QUANTCDN: {
      accountOf: ({ organisation }) => ({ account: organisation, organizationId: null }),
      checkAccount: ({ organisation }) => [
        check(
          ORGANISATION.test(organisation),
          'input.organisation',
          "must be the organisation's short name: 1 to 100 letters, digits, '.', '_' or '-'",
        ),
      ],
      // QuantCDN has no operation for this. The smallest list needs the same scope as all others.
      async verify({ account, ...secret }) {
        await deps.quantCdn({ ...secret, organisation: account }).listTasks({ limit: 1 });
      },
      hasOrganizationId: false,
    },
  };
}
