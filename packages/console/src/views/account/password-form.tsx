import { type ReactNode, useRef } from 'react';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/card.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field } from '../../design/field.tsx';
import { fieldProblems, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';

/** Changes the password, which ends all other sessions. */
export function PasswordForm(): ReactNode {
  const act = useAct();
  const form = useRef<HTMLFormElement>(null);
  const problems = fieldProblems(act.error);
  const change = async (data: FormData) => {
    // Spaces belong to a password.
    const body = { currentPassword: data.get('currentPassword'), newPassword: data.get('newPassword') };
    const isDone = await act.run(
      (client) => client.rest({ method: 'POST', path: '/v1/me/password', body }),
      'The password was changed, and all other sessions were ended',
    );
    if (isDone) form.current?.reset();
  };
  return (
    <Card title="Password">
      <form ref={form} className="form" noValidate onSubmit={withData(change)}>
        <Field
          label="Current password"
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          error={problems.currentPassword}
        />
        <Field
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          hint="8 to 128 characters. All other sessions end."
          error={problems.newPassword}
        />
        {act.error !== undefined && Object.keys(problems).length === 0 && <Failure error={act.error} />}
        <div className="dialog-actions">
          <Button type="submit" isBusy={act.isBusy}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  );
}
