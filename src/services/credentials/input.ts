import type { FieldProblem } from '../../errors.ts';
import { hasLength } from '../../lib/text.ts';
import { check, checkText } from '../common/input.ts';
import type { CredentialProvider } from './providers.ts';

/** Changes of a stored credential. An absent field stays as it is; `null` clears a label or organization. */
export interface CredentialChanges {
  label?: string | null;
  /** For QuantConnect only. */
  organizationId?: string | null;
  apiToken?: string | null;
  isDefault?: boolean | null;
}

/** Checks the fields that the credentials of every provider have. */
export function checkLabelAndToken(input: {
  label?: string | null;
  apiToken: string;
}): (FieldProblem | undefined)[] {
  return [checkSecret(input.apiToken), checkText(input.label, 'input.label', 200)];
}

/** Checks changes of a stored credential of `provider`. */
export function checkChanges(
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
    /^[\x21-\x7e\u0080-\uffff]+$/.test(apiToken) && hasLength(apiToken, 1, 512),
    'input.apiToken',
    'must have 1 to 512 characters and no blanks',
  );
}
