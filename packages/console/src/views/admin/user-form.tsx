import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field } from '../../design/field.tsx';
import { fieldProblems, textOf, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';

/** Creates a user, who sets a password with a token. */
export function UserForm({ onCreated }: { onCreated: (resetToken: string | undefined) => void }): ReactNode {
  const act = useAct();
  const problems = fieldProblems(act.error);
  const create = async (data: FormData) => {
    const isAdmin = data.get('isAdmin') !== null;
    const { email = '' } = textOf(data);
    let token: string | undefined;
    const isDone = await act.run(async (client) => {
      ({ resetToken: token } = await client.rest<{ resetToken?: string }>({
        method: 'POST',
        path: '/v1/users',
        body: { email, roles: isAdmin ? ['user', 'admin'] : ['user'] },
        idempotencyKey: crypto.randomUUID(),
      }));
    }, 'The user was created');
    if (isDone) onCreated(token);
  };
  return (
    <form className="form" noValidate onSubmit={withData(create)}>
      <Field label="E-mail of the user" name="email" type="email" autoComplete="off" error={problems.email} />
      <label className="admin-check">
        <input type="checkbox" name="isAdmin" /> Administrator
      </label>
      <p className="muted">The user sets a password with a token that is shown to you next.</p>
      {act.error !== undefined && Object.keys(problems).length === 0 && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Create
        </Button>
      </div>
    </form>
  );
}
