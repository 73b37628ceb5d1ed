import { useClient } from '@quantgate/react';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { useToast } from '../../design/toast.tsx';
import { useSubmit } from '../../design/use-submit.ts';
import { DeleteAgentDocument } from '../../generated/graphql.ts';

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
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const { onSubmit, isPending, error } = useSubmit(async () => {
    await client.send(DeleteAgentDocument, { id: agent.id });
    await queries.invalidateQueries({ queryKey: ['agents'] });
    say(`${agent.name} is deleted`);
    onDeleted();
  });
  return (
    <form onSubmit={onSubmit} className="stack">
      <p>
        <strong>{agent.name}</strong> is deleted at QuantConnect. This cannot be undone.
      </p>
      {error !== undefined && <Failure error={error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="danger" isBusy={isPending}>
          Delete
        </Button>
      </div>
    </form>
  );
}
