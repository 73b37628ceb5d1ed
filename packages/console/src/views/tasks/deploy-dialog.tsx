import { useClient } from '@quantgate/react';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { useToast } from '../../design/toast.tsx';
import { useSubmit } from '../../design/use-submit.ts';
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
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const [, go] = useLocation();
  const { onSubmit, isPending, error, fieldErrors } = useSubmit(async (data) => {
    const { id } = await client.deploy({ taskId: task.id, guard: guardOf(data) });
    await queries.invalidateQueries({ queryKey: ['tasks'] });
    say(`${task.name} is deployed`);
    go(`/deployments/${id}`);
  });
  return (
    <form onSubmit={onSubmit} className="stack">
      <GuardFields
        errors={fieldErrors}
        note="The gateway stops the deployment at the first limit that it reaches. Empty fields are no limits."
      />
      {error !== undefined && <Failure error={error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={isPending}>
          Deploy
        </Button>
      </div>
    </form>
  );
}
