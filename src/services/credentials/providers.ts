import type { FieldProblem } from '../../errors.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { QuantCdnClient, QuantCdnCredential } from '../../upstream/quantcdn/client.ts';
import type { QuantConnectClient, QuantConnectCredential } from '../../upstream/quantconnect/client.ts';
import { check, checkText } from '../common/input.ts';

/** A QuantConnect account as its owner hands it over. */
export interface QuantConnectCredentialInput {
  label?: string | null;
  userId: string;
  apiToken: string;
  organizationId?: string | null;
}

/** A QuantCDN organisation's token as its owner hands it over. */
export interface QuantCdnCredentialInput {
  label?: string | null;
  /** Its short name. */
  organisation: string;
  apiToken: string;
}

/** What tells the credentials of one provider apart, their owner's label aside. */
export type AccountKey = Pick<CredentialRow, 'account' | 'organizationId'>;

/** A secret the upstream is to be asked about; stored already, or not yet. */
export interface Candidate {
  credentialId: string;
  account: string;
  apiToken: string;
}

/** What is particular to the credentials of one upstream. */
export interface CredentialProvider<Input> {
  accountOf(input: Input): AccountKey;
  /** What is wrong with the account handed over; label and token are checked alike for all. */
  problemsOf(input: Input): (FieldProblem | undefined)[];
  /**
   * Makes a call that changes nothing and proves the secret.
   * @throws GatewayError `CREDENTIAL_REJECTED`, or why the upstream could not be asked
   */
  ask(candidate: Candidate): Promise<void>;
  /** Whether its credentials name an organization that serves where a call names none. */
  hasOrganizationId: boolean;
}

/** Every upstream a credential can be of. */
export interface CredentialProviders {
  QUANTCONNECT: CredentialProvider<QuantConnectCredentialInput>;
  QUANTCDN: CredentialProvider<QuantCdnCredentialInput>;
}

/** Clients for secrets that may not be stored yet. */
export interface CredentialProvidersDeps {
  quantConnect(credential: QuantConnectCredential): Pick<QuantConnectClient, 'authenticate'>;
  quantCdn(credential: QuantCdnCredential): Pick<QuantCdnClient, 'listTasks'>;
}

/** A short name. Steps of a path (`.`, `..`) are none: no address could be made of them. */
const ORGANISATION = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

export function createCredentialProviders(deps: CredentialProvidersDeps): CredentialProviders {
  return {
    QUANTCONNECT: {
      accountOf: ({ userId, organizationId }) => ({
        account: userId,
        organizationId: organizationId ?? null,
      }),
      problemsOf: ({ userId, organizationId }) => [
        check(/^\d{1,15}$/.test(userId), 'input.userId', 'must be the numeric QuantConnect user id'),
        checkText(organizationId, 'input.organizationId', 100),
      ],
      ask: ({ credentialId, account, apiToken }) =>
        deps.quantConnect({ credentialId, userId: account, apiToken }).authenticate(),
      hasOrganizationId: true,
    },

    QUANTCDN: {
      accountOf: ({ organisation }) => ({ account: organisation, organizationId: null }),
      problemsOf: ({ organisation }) => [
        check(
          ORGANISATION.test(organisation),
          'input.organisation',
          "must be the organisation's short name: 1 to 100 letters, digits, '.', '_' or '-'",
        ),
      ],
      // There is no operation that only signs in: the smallest list asks for the same scope as all others.
      async ask({ credentialId, account, apiToken }) {
        await deps.quantCdn({ credentialId, organisation: account, apiToken }).listTasks({ limit: 1 });
      },
      hasOrganizationId: false,
    },
  };
}
