import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field, SelectField } from '../../design/field.tsx';
import { fieldProblems, textOf, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';
import { type Budget, ON_REACHED } from './budget.ts';

/** Sets a budget. One for the same period, task and list is replaced, so those cannot be changed of one that is there. */
export function BudgetForm({
  before,
  onSaved,
}: {
  before: Budget | undefined;
  onSaved: () => void;
}): ReactNode {
  const [period, setPeriod] = useState(before?.period ?? 'MONTH');
  const act = useAct();
  const problems = fieldProblems(act.error);
  const save = async (data: FormData) => {
    const { maxTokens = '', warnAt = '', ...texts } = textOf(data);
    const body = {
      period,
      ...(before?.taskId && { taskId: before.taskId }),
      ...(before?.taskListId && { taskListId: before.taskListId }),
      ...texts,
      maxTokens: Number(maxTokens),
      ...(warnAt !== '' && { warnAt: Number(warnAt) / 100 }),
    };
    const isDone = await act.run(
      (client) => client.rest({ method: 'PUT', path: '/v1/budgets', body }),
      'The budget was set',
    );
    if (isDone) onSaved();
  };
  return (
    <form className="form" noValidate onSubmit={withData(save)}>
      <SelectField
        label="Period"
        value={period}
        disabled={before !== undefined}
        onChange={({ target }) => setPeriod(target.value)}
      >
        <option value="DAY">Each day (UTC)</option>
        <option value="MONTH">Each month (UTC)</option>
        <option value="RUN">Each run of a list</option>
      </SelectField>
      <div className="form-pair">
        <Field
          label="Most tokens"
          name="maxTokens"
          type="number"
          min={1}
          step={1}
          defaultValue={before?.maxTokens}
          hint="Input and output together"
          error={problems.maxTokens}
        />
        <Field
          label="Warn at"
          name="warnAt"
          type="number"
          min={1}
          max={100}
          defaultValue={Math.round(100 * (before?.warnAt ?? 0.8))}
          hint="Percent of it"
          error={problems.warnAt}
        />
      </div>
      <SelectField
        label="When it is used up"
        name="onReached"
        defaultValue={before?.onReached ?? 'STOP_STARTING'}
        error={problems.onReached}
      >
        {Object.entries(ON_REACHED).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </SelectField>
      {before === undefined && (
        <div className="form-pair">
          <Field
            label="Task"
            name="taskId"
            autoComplete="off"
            hint="The id of a task, if it is for one"
            error={problems.taskId}
          />
          <Field
            label="Task list"
            name="taskListId"
            autoComplete="off"
            hint={period === 'RUN' ? 'The id of the list' : 'The id of a list, if it is for one'}
            error={problems.taskListId}
          />
        </div>
      )}
      {act.error !== undefined && Object.keys(problems).length === 0 && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Save
        </Button>
      </div>
    </form>
  );
}
