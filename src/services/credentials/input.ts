import type { FieldProblem } from '../../errors.ts';
import { check, checkText } from '../common/input.ts';
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
  return [checkSecret(input.apiToken), checkText(input.label, 'input.label', 200)];
}

/** What is wrong with changes to a credential of `provider`. */
export function problemsOfChanges(
  { label, organizationId, apiToken, isDefault }: CredentialChanges,
  provider: Pick<CredentialProvider<never>, 'hasOrganizationId'>,
): (FieldProblem | undefined)[] {
  return [
    check(apiToken !== null, 'input.apiToken', 'cannot be cleared; delete the credential instead'),
    check(isDefault !== false, 'input.isDefault', 'can only be set; make another one default'),
    apiToken == null ? undefined : checkSecret(apiToken),
    checkText(label, 'input.label', 200),
    provider.hasOrganizationId
      ? checkText(organizationId, 'input.organizationId', 100)
      : check(
          organizationId === undefined,
          'input.organizationId',
          'is nothing that credentials of this provider have',
        ),
  ];
}

function checkSecret(apiToken: string): FieldProblem | undefined {
  return check(
    /^[\x21-\x7e\u0080-\uffff]{1,512}$/.test(apiToken),
    'input.apiToken',
    'must have 1 to 512 characters and no blanks',
  );
}
