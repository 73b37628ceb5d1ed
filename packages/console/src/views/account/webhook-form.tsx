import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field } from '../../design/field.tsx';
import { fieldProblems, textOf, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';
import { WEBHOOK_TYPES } from './webhook.ts';

/** Creates a webhook; its secret comes with the answer, and with no other. */
export function WebhookForm({ onCreated }: { onCreated: (secret: string) => void }): ReactNode {
  const act = useAct();
  const problems = fieldProblems(act.error);
  const create = async (data: FormData) => {
    const types = data.getAll('types').map(String);
    data.delete('types');
    const body = { url: '', ...textOf(data), ...(types.length > 0 && { types }) };
    let secret = '';
    const isDone = await act.run(async (client) => {
      ({ secret } = await client.rest<{ secret: string }>({ method: 'POST', path: '/v1/webhooks', body }));
    });
    if (isDone) onCreated(secret);
  };
  return (
    <form className="form" noValidate onSubmit={withData(create)}>
      <Field
        label="URL"
        name="url"
        type="url"
        autoComplete="off"
        placeholder="https://example.com/hooks/quantgate"
        error={problems.url}
      />
      <Field label="Description" name="description" autoComplete="off" error={problems.description} />
      <fieldset className="choices">
        <legend>Types of messages</legend>
        <p className="field-hint">None chosen: all of them</p>
        <div className="choices-grid">
          {WEBHOOK_TYPES.map((type) => (
            <label key={type}>
              <input type="checkbox" name="types" value={type} /> <code>{type}</code>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="form-pair">
        <Field
          label="Task"
          name="taskId"
          autoComplete="off"
          hint="The id of a task: only its deployments"
          error={problems.taskId}
        />
        <Field
          label="Task list"
          name="taskListId"
          autoComplete="off"
          hint="The id of a list: only its tasks and runs"
          error={problems.taskListId}
        />
      </div>
      {act.error !== undefined && Object.keys(problems).length === 0 && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Create
        </Button>
      </div>
    </form>
  );
}
