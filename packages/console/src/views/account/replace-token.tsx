import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field } from '../../design/field.tsx';
import { fieldProblems, textOf, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';
import { type Credential, nameOfProvider } from './credential.ts';

/** Puts a new token in the place of the stored one. */
export function ReplaceToken({
  credential: { id, label, account, provider },
  isOpen,
  onClose,
}: {
  credential: Credential;
  isOpen: boolean;
  onClose: () => void;
}): ReactNode {
  const act = useAct();
  const problems = fieldProblems(act.error);
  const close = () => {
    act.forget();
    onClose();
  };
  const replace = async (data: FormData) => {
    const body = textOf(data);
    const isDone = await act.run(
      (client) =>
        client.rest({ method: 'PATCH', path: `/v1/credentials/${id}`, body: { apiToken: '', ...body } }),
      'The token was replaced',
    );
    if (isDone) close();
  };
  return (
    <Dialog title={`Replace the token of ${label ?? account}`} isOpen={isOpen} onClose={close}>
      <form className="form" noValidate onSubmit={withData(replace)}>
        <Field
          label="API token"
          name="apiToken"
          type="password"
          autoComplete="off"
          hint={`A new one of the account ${account}; ${nameOfProvider(provider)} is asked whether it is good`}
          error={problems.apiToken}
        />
        {act.error !== undefined && !problems.apiToken && <Failure error={act.error} />}
        <div className="dialog-actions">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={act.isBusy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
