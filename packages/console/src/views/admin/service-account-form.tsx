import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field } from '../../design/field.tsx';
import { fieldProblems, textOf, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';
import { SCOPES } from './service-account.ts';

/** Creates a service account; its secret comes with the answer, and with no other. */
export function ServiceAccountForm({
  onCreated,
}: {
  onCreated: (created: { id: string; secret: string }) => void;
}): ReactNode {
  const act = useAct();
  const problems = fieldProblems(act.error);
  const create = async (data: FormData) => {
    const scopes = data.getAll('scopes').map(String);
    const { name = '', expiresOn } = textOf(data);
    const body = { name, scopes, ...(expiresOn && { expiresAt: `${expiresOn}T00:00:00.000Z` }) };
    let created = { id: '', secret: '' };
    const isDone = await act.run(async (client) => {
      created = await client.rest({
        method: 'POST',
        path: '/v1/service-accounts',
        body,
        idempotencyKey: crypto.randomUUID(),
      });
    });
    if (isDone) onCreated(created);
  };
  return (
    <form className="form" noValidate onSubmit={withData(create)}>
      <Field label="Name" name="name" autoComplete="off" error={problems.name} />
      <fieldset className="choices">
        <legend>Scopes</legend>
        {Object.entries(SCOPES).map(([scope, words]) => (
          <label key={scope} className="admin-check">
            <input type="checkbox" name="scopes" value={scope} defaultChecked={scope === 'read'} />
            <span>
              <code>{scope}</code> <span className="muted">{words}</span>
            </span>
          </label>
        ))}
        {problems.scopes && (
          <span className="field-error" role="alert">
            {problems.scopes}
          </span>
        )}
      </fieldset>
      <Field
        label="The secret expires on"
        name="expiresOn"
        type="date"
        hint="Without a day it does not expire"
        error={problems.expiresAt}
      />
      {act.error !== undefined && Object.keys(problems).length === 0 && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Create
        </Button>
      </div>
    </form>
  );
}
