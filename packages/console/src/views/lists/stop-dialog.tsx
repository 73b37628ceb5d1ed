import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { useToast } from '../../design/toast.tsx';
import { withData } from '../../form-data.ts';
import { useAct } from '../../requests.ts';
import { countOf } from './words.ts';

interface StopDialogProps {
  taskListId: string;
  /** How many of its deployments run. */
  running: number;
  isOpen: boolean;
  onClose: () => void;
}

/** Asks whether deployments are to be stopped too, and stops the run of a list. */
export function StopDialog(props: StopDialogProps): ReactNode {
  return (
    <Dialog title="Stop the run" isOpen={props.isOpen} onClose={props.onClose}>
      <StopForm {...props} />
    </Dialog>
  );
}

function StopForm({ taskListId, running, onClose }: StopDialogProps): ReactNode {
  const say = useToast();
  const act = useAct({ isReadAnew: false });
  const stop = (data: FormData) =>
    act.run(async (client) => {
      const stopDeployments = data.get('deployments') === 'stop';
      await client.stopList({ taskListId, stopDeployments });
      say(stopDeployments ? 'The run and its deployments are being stopped' : 'No more tasks are started');
      onClose();
    });
  return (
    <form onSubmit={withData(stop)} className="stack">
      <p>
        No further task of the list is started. {countOf(running, 'deployment')} of it{' '}
        {running === 1 ? 'is' : 'are'} under way:
      </p>
      <div className="stack choices">
        <label className="check">
          <input type="radio" name="deployments" value="finish" defaultChecked />
          <span>
            Let running deployments finish
            <span className="field-hint">
              Their tasks end as completed or failed, then the run is stopped.
            </span>
          </span>
        </label>
        <label className="check">
          <input type="radio" name="deployments" value="stop" />
          <span>
            Stop running deployments too
            <span className="field-hint">Their tasks end as failed. What they have used stays used.</span>
          </span>
        </label>
      </div>
      {act.error !== undefined && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="danger" isBusy={act.isBusy}>
          Stop the run
        </Button>
      </div>
    </form>
  );
}
