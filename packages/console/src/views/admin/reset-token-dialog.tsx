import type { ReactNode } from 'react';
import { SecretDialog } from '../../design/secret.tsx';
import { toResetLink } from '../sign-in/reset-link.ts';

/** The link with which a user sets a password. */
export function ResetTokenDialog({
  token,
  onClose,
}: {
  token: string | undefined;
  onClose: () => void;
}): ReactNode {
  return (
    <SecretDialog
      title="A link to set the password"
      name="Reset link"
      secret={token && toResetLink(token)}
      onClose={onClose}
    >
      <p>
        Give it to the user over a way that you trust. It serves once, within an hour. The token is what
        follows <code>#reset=</code>; <code>POST /v1/auth/password-reset</code> takes it too.
      </p>
    </SecretDialog>
  );
}
