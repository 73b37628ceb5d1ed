import { isQuantgateError } from '@quantgate/client';
import { useSession } from '@quantgate/react';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field } from '../../design/field.tsx';
import { fieldProblems, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';

/** Sets a password with a token that an administrator has made. */
export function ResetForm({ token, onDone }: { token: string; onDone: () => void }): ReactNode {
  const { resetPassword } = useSession();
  const act = useAct({ isReadAnew: false });
  const problems = fieldProblems(act.error);
  const reset = (data: FormData) =>
    act.run(async () => {
      await resetPassword({
        resetToken: String(data.get('resetToken')).trim(),
        // Spaces belong to a password.
        newPassword: String(data.get('newPassword')),
      });
      onDone();
    });
  const isAtField = Object.keys(problems).length > 0;
  return (
    <form onSubmit={withData(reset)} noValidate>
      <Field
        label="Reset token"
        name="resetToken"
        defaultValue={token}
        autoComplete="off"
        spellCheck={false}
        hint="An administrator makes it. It serves once, within an hour."
        error={problems.resetToken}
        required
      />
      <Field
        label="New password"
        name="newPassword"
        type="password"
        autoComplete="new-password"
        hint="8 to 128 characters. All sessions end."
        error={problems.newPassword}
        required
      />
      {act.error !== undefined && !isAtField && (
        <Failure
          error={act.error}
          words={
            isQuantgateError(act.error, 'UNAUTHENTICATED')
              ? 'This token is wrong, was used, or is too old. Ask an administrator for another one.'
              : undefined
          }
        />
      )}
      <Button type="submit" kind="primary" isBusy={act.isBusy} isWide>
        Set the password
      </Button>
    </form>
  );
}
