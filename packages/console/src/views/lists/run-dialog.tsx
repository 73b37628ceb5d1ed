import { useClient } from '@quantgate/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field, SelectField } from '../../design/field.tsx';
import { useToast } from '../../design/toast.tsx';
import { fieldProblems, withData } from '../../form-data.ts';
import { type BudgetAction, ListBudgetsDocument, SetListBudgetDocument } from '../../generated/graphql.ts';
import { useAct } from '../../requests.ts';
import { GuardFields, guardOf } from '../tasks/guard-fields.tsx';

interface RunDialogProps {
  taskListId: string;
  isOpen: boolean;
  onClose: () => void;
  onStarted: () => void;
}

/** Asks how a list is to run, and runs it. */
export function RunDialog({ taskListId, isOpen, onClose, onStarted }: RunDialogProps): ReactNode {
  return (
    <Dialog title="Run the list" isOpen={isOpen} onClose={onClose} isWide>
      <RunForm taskListId={taskListId} isOpen={isOpen} onClose={onClose} onStarted={onStarted} />
    </Dialog>
  );
}

function RunForm({ taskListId, onClose, onStarted }: RunDialogProps): ReactNode {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const budgets = useQuery({
    queryKey: ['budgets'],
    queryFn: ({ signal }) => client.send(ListBudgetsDocument, {}, { signal }),
  });
  const budget = budgets.data?.budgets.find((one) => one.period === 'RUN' && one.taskListId === taskListId);
  const act = useAct({ isReadAnew: false });
  const problems = fieldProblems(act.error);
  const run = (data: FormData) =>
    act.run(async () => {
      const maxTokens = String(data.get('budgetTokens') ?? '').trim();
      if (maxTokens !== '') {
        const onReached = String(data.get('onReached')) as BudgetAction;
        await client.send(SetListBudgetDocument, {
          input: { period: 'RUN', taskListId, maxTokens: Number(maxTokens), onReached },
        });
        await queries.invalidateQueries({ queryKey: ['budgets'] });
      }
      await client.runList({
        taskListId,
        maxParallel: Number(data.get('maxParallel')),
        guard: guardOf(data),
      });
      say('The run has begun');
      onStarted();
      onClose();
    });
  return (
    <form onSubmit={withData(run)} className="stack">
      <Field
        label="Tasks at the same time"
        name="maxParallel"
        type="number"
        min={1}
        step={1}
        defaultValue="4"
        error={problems.maxParallel}
        required
      />
      <GuardFields
        errors={problems}
        note="Holds for each deployment, and tokens, turns and seconds also for the whole run."
      />
      <fieldset className="guard" key={budget?.id}>
        <legend>Budget of each run of this list</legend>
        <div className="guard-limits">
          <Field
            label="Tokens of a run"
            name="budgetTokens"
            type="number"
            min={1}
            step={1}
            placeholder="No budget"
            defaultValue={budget?.maxTokens}
            hint={budget === undefined ? 'Kept for the next runs too' : 'Replaces the budget of this list'}
          />
          <SelectField
            label="When it is used up"
            name="onReached"
            defaultValue={budget?.onReached ?? 'STOP_STARTING'}
          >
            <option value="WARN">Only warn</option>
            <option value="STOP_STARTING">Hold the run: start nothing more</option>
            <option value="STOP">Hold it, and stop what runs</option>
          </SelectField>
        </div>
      </fieldset>
      {act.error !== undefined && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Run
        </Button>
      </div>
    </form>
  );
}
