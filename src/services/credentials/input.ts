import type { FieldProblem } from '../../errors.ts';
import { require, requireText } from '../common/input.ts';
import type { CredentialProvider } from './providers.ts';

/** What of a stored credential may change; an absent field stays, `null` clears where it can. */
export interface CredentialChanges {
  label?: string | null;
  /** Only where the provider's credentials have one. */
  organizationId?: string | null;
  apiToken?: string | null;
  isDefault?: boolean | null;
}

/** What is wrong with label and token, which every provider's credentials have. */
export function problemsOfCommon(input: {
  label?: string | null;
  apiToken: string;
}): (FieldProblem | undefined)[] {
  return [requireSecret(input.apiToken), requireText(input.label, 'input.label', 200)];
}

/** What is wrong with changes to a credential of `provider`. */
export function problemsOfChanges(
  { label, organizationId, apiToken, isDefault }: CredentialChanges,
  provider: Pick<CredentialProvider<never>, 'hasOrganizationId'>,
): (FieldProblem | undefined)[] {
  return [
    require(apiToken !== null, 'input.apiToken', 'cannot be cleared; delete the credential instead'),
    require(isDefault !== false, 'input.isDefault', 'can only be set; make another one default'),
    apiToken == null ? undefined : requireSecret(apiToken),
    requireText(label, 'input.label', 200),
    provider.hasOrganizationId
      ? requireText(organizationId, 'input.organizationId', 100)
      : require(organizationId ===
          undefined, 'input.organizationId', 'is nothing that credentials of this provider have'),
  ];
}

function requireSecret(apiToken: string): FieldProblem | undefined {
  return require(/^[\x21-\x7e\u0080-\uffff]{1,512}$/.test(
    apiToken,
  ), 'input.apiToken', 'must have 1 to 512 characters and no blanks');
}
