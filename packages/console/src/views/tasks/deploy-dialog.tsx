import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { useToast } from '../../design/toast.tsx';
import { fieldProblems, withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';
import { GuardFields, guardOf } from './guard-fields.tsx';

/** The task to deploy; undefined while the dialog is closed. */
export interface DeployTarget {
  id: string;
  name: string;
}

/** Asks for the limits of a deployment, deploys the task, and leads to the deployment. */
export function DeployDialog({
  task,
  onClose,
}: {
  task: DeployTarget | undefined;
  onClose: () => void;
}): ReactNode {
  return (
    <Dialog
      title={task === undefined ? 'Deploy' : `Deploy ${task.name}`}
      isOpen={task !== undefined}
      onClose={onClose}
    >
      {task !== undefined && <DeployForm task={task} onClose={onClose} />}
    </Dialog>
  );
}

function DeployForm({ task, onClose }: { task: DeployTarget; onClose: () => void }): ReactNode {
  const queries = useQueryClient();
  const say = useToast();
  const [, go] = useLocation();
  const act = useAct({ isReadAnew: false });
  const problems = fieldProblems(act.error);
  const deploy = (data: FormData) =>
    act.run(async (client) => {
      const { id } = await client.deploy({ taskId: task.id, guard: guardOf(data) });
      await queries.invalidateQueries({ queryKey: ['tasks'] });
      say(`${task.name} is deployed`);
      go(`/deployments/${id}`);
    });
  return (
    <form onSubmit={withData(deploy)} className="stack">
      <GuardFields
        errors={problems}
        note="The gateway stops the deployment at the first limit that it reaches. Empty fields are no limits."
      />
      {act.error !== undefined && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Deploy
        </Button>
      </div>
    </form>
  );
}
