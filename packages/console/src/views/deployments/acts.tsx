import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../design/button.tsx';
import { Confirm } from '../../design/confirm.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { useAct } from '../../requests.ts';
import { ShareDialog } from './share-dialog.tsx';

const FOLLOW = `subscription FollowDeployment($id: ID!, $after: ID) {
  deploymentEvents(deploymentId: $id, after: $after) {
    id
    type
    status
    occurredAt
    reason
    deployment {
      status
      endReason
      runtimeError
    }
  }
}`;

/** Stop, share and delete a deployment. */
export function Acts({
  id,
  isEnded,
  isGone,
}: {
  id: string;
  isEnded: boolean;
  /** It exists no longer: only its events and its transcript do. */
  isGone: boolean;
}): ReactNode {
  const [open, setOpen] = useState<'stop' | 'share' | 'delete'>();
  const close = () => setOpen(undefined);
  return (
    <>
      {!isEnded && <Button onClick={() => setOpen('stop')}>Stop</Button>}
      {!isGone && <Button onClick={() => setOpen('share')}>Share</Button>}
      <CopyAs
        rest={{ method: 'GET', path: `/v1/deployments/${id}` }}
        graphql={{ document: FOLLOW, variables: { id, after: '0' } }}
        typescript={`for await (const { event } of client.follow('${id}', { after: '0' })) {
  console.log(event.occurredAt, event.type, event.status);
}
client.close();`}
      />
      {!isGone && (
        <Button kind="danger" onClick={() => setOpen('delete')}>
          Delete
        </Button>
      )}
      <StopDialog id={id} isOpen={open === 'stop'} onClose={close} />
      <ShareDialog id={id} isOpen={open === 'share'} onClose={close} />
      <DeleteDialog id={id} isOpen={open === 'delete'} onClose={close} />
    </>
  );
}

interface DialogProps {
  id: string;
  isOpen: boolean;
  onClose: () => void;
}

function StopDialog({ id, isOpen, onClose }: DialogProps): ReactNode {
  const act = useAct();
  const stop = async () => {
    if (await act.run((client) => client.stop(id), 'Asked to stop')) onClose();
  };
  return (
    <Confirm
      title="Stop this deployment?"
      name="Stop it"
      isOpen={isOpen}
      onClose={onClose}
      act={act}
      onConfirm={() => void stop()}
    >
      <p>
        The agent stops where it is. What it has said and written so far stays; a prompt makes it run again.
      </p>
    </Confirm>
  );
}

function DeleteDialog({ id, isOpen, onClose }: DialogProps): ReactNode {
  const act = useAct();
  const [, navigate] = useLocation();
  const [keepTranscript, setKeep] = useState(true);
  const remove = async () => {
    const isDone = await act.run(
      (client) => client.deleteDeployment({ id, keepTranscript }),
      keepTranscript ? 'Deleted; the transcript is kept' : 'Deleted',
    );
    if (!isDone) return;
    onClose();
    if (!keepTranscript) navigate('/deployments');
  };
  return (
    <Confirm
      title="Delete this deployment?"
      name="Delete it"
      isOpen={isOpen}
      onClose={onClose}
      act={act}
      onConfirm={() => void remove()}
    >
      <p>It is deleted at QuantConnect. That cannot be undone.</p>
      <label className="check">
        <input type="checkbox" checked={keepTranscript} onChange={({ target }) => setKeep(target.checked)} />
        Keep the transcript of what was said in this gateway
      </label>
    </Confirm>
  );
}
