import { isQuantgateError } from '@quantgate/client';
import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field, SelectField } from '../../design/field.tsx';
import { fieldProblems, textOf, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';
import { nameOfProvider, type Provider } from './credential.ts';

/** Stores a credential of either upstream, which verifies it first. */
export function CredentialForm({
  isFirst = false,
  beside,
  onSaved,
}: {
  /** Whether it is to lead to a first deployment: QuantConnect's, with an organization. */
  isFirst?: boolean;
  /** Stands beside the button. */
  beside?: ReactNode;
  onSaved?: () => void;
}): ReactNode {
  const [provider, setProvider] = useState<Provider>('QUANTCONNECT');
  const act = useAct();
  const problems = fieldProblems(act.error);
  const save = async (data: FormData) => {
    const body = { provider, ...textOf(data) };
    const isSaved = await act.run(
      (client) =>
        client.rest({ method: 'POST', path: '/v1/credentials', body, idempotencyKey: crypto.randomUUID() }),
      'The credential was stored',
    );
    if (isSaved) onSaved?.();
  };
  return (
    <form className="form" noValidate={!isFirst} onSubmit={withData(save)}>
      {!isFirst && (
        <SelectField
          label="Service"
          value={provider}
          onChange={({ target }) => {
            act.forget();
            setProvider(target.value as Provider);
          }}
        >
          <option value="QUANTCONNECT">QuantConnect: agents, tasks and deployments</option>
          <option value="QUANTCDN">QuantCDN: AI tasks and their lists</option>
        </SelectField>
      )}
      {provider === 'QUANTCONNECT' ? (
        <Field
          label="User id"
          name="userId"
          inputMode="numeric"
          autoComplete="off"
          hint="The number on the account page of QuantConnect"
          error={problems.userId}
          required={isFirst}
        />
      ) : (
        <Field
          label="Organisation"
          name="organisation"
          autoComplete="off"
          hint="Its short name, as in the address of the dashboard"
          error={problems.organisation}
        />
      )}
      <Field
        label="API token"
        name="apiToken"
        type="password"
        autoComplete="off"
        hint="It is encrypted, and cannot be read again: only its last four characters are shown."
        error={problems.apiToken}
        required={isFirst}
      />
      {provider === 'QUANTCONNECT' && (
        <Field
          label="Organization id"
          name="organizationId"
          autoComplete="off"
          spellCheck={false}
          hint={isFirst ? undefined : 'Used where an operation names none'}
          error={problems.organizationId}
          required={isFirst}
        />
      )}
      {!isFirst && (
        <Field
          label="Label"
          name="label"
          autoComplete="off"
          hint="A name of your choice"
          error={problems.label}
        />
      )}
      {act.error !== undefined && Object.keys(problems).length === 0 && (
        <Failure
          error={act.error}
          words={
            isQuantgateError(act.error, 'CREDENTIAL_REJECTED')
              ? `${nameOfProvider(provider)} refuses this token. Nothing was stored.`
              : undefined
          }
        />
      )}
      <div className={isFirst ? 'row' : 'dialog-actions'}>
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Save
        </Button>
        {beside}
      </div>
    </form>
  );
}
