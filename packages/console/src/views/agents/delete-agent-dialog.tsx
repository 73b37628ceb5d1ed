import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { useToast } from '../../design/toast.tsx';
import { withData } from '../../form-data.ts';
import { DeleteAgentDocument } from '../../generated/graphql.ts';
import { useAct } from '../../requests.ts';

interface DeleteAgentProps {
  agent: { id: string; name: string } | undefined;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before an agent is deleted. */
export function DeleteAgentDialog({ agent, onClose, onDeleted }: DeleteAgentProps): ReactNode {
  return (
    <Dialog title="Delete the agent" isOpen={agent !== undefined} onClose={onClose}>
      {agent !== undefined && <DeleteForm agent={agent} onClose={onClose} onDeleted={onDeleted} />}
    </Dialog>
  );
}

function DeleteForm({
  agent,
  onClose,
  onDeleted,
}: DeleteAgentProps & { agent: { id: string; name: string } }) {
  const queries = useQueryClient();
  const say = useToast();
  const act = useAct({ isReadAnew: false });
  const remove = () =>
    act.run(async (client) => {
      await client.send(DeleteAgentDocument, { id: agent.id });
      await queries.invalidateQueries({ queryKey: ['agents'] });
      say(`${agent.name} is deleted`);
      onDeleted();
    });
  return (
    <form onSubmit={withData(remove)} className="stack">
      <p>
        <strong>{agent.name}</strong> is deleted at QuantConnect. This cannot be undone.
      </p>
      {act.error !== undefined && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="danger" isBusy={act.isBusy}>
          Delete
        </Button>
      </div>
    </form>
  );
}
