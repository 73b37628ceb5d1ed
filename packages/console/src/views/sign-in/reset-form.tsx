import { isQuantgateError } from '@quantgate/client';
import { useSession } from '@quantgate/react';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field } from '../../design/field.tsx';
import { useSubmit } from '../../design/use-submit.ts';

/** Sets a password with a token that an administrator has made. */
export function ResetForm({ token, onDone }: { token: string; onDone: () => void }): ReactNode {
  const { resetPassword } = useSession();
  const { onSubmit, isPending, error, fieldErrors } = useSubmit(async (data) => {
    await resetPassword({
      resetToken: String(data.get('resetToken')).trim(),
      // Spaces belong to a password.
      newPassword: String(data.get('newPassword')),
    });
    onDone();
  });
  const isAtField = Object.keys(fieldErrors).length > 0;
  return (
    <form onSubmit={onSubmit} noValidate>
      <Field
        label="Reset token"
        name="resetToken"
        defaultValue={token}
        autoComplete="off"
        spellCheck={false}
        hint="An administrator makes it. It serves once, within an hour."
        error={fieldErrors.resetToken}
        required
      />
      <Field
        label="New password"
        name="newPassword"
        type="password"
        autoComplete="new-password"
        hint="8 to 128 characters. All sessions end."
        error={fieldErrors.newPassword}
        required
      />
      {error !== undefined && !isAtField && (
        <Failure
          error={error}
          words={
            isQuantgateError(error, 'UNAUTHENTICATED')
              ? 'This token is wrong, was used, or is too old. Ask an administrator for another one.'
              : undefined
          }
        />
      )}
      <Button type="submit" kind="primary" isBusy={isPending} isWide>
        Set the password
      </Button>
    </form>
  );
}
