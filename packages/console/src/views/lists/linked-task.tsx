import { useClient } from '@quantgate/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { SelectField } from '../../design/field.tsx';
import { useToast } from '../../design/toast.tsx';
import { withData } from '../../form-data.ts';
import { LinkAiTaskDocument, TasksDocument } from '../../generated/graphql.ts';
import { useAct } from '../../requests.ts';

/** The task of QuantConnect that runs in place of an AI task, and a way to choose another one. */
export function LinkedTask({
  aiTaskId,
  linked,
  metadata,
}: {
  aiTaskId: string;
  linked: { id: string; name: string } | null | undefined;
  metadata: unknown;
}): ReactNode {
  const [isChoosing, setChoosing] = useState(false);
  const linkedId = linked?.id ?? linkOf(metadata);
  return (
    <div className="linked-task">
      <dl className="facts">
        <dt>Runs as</dt>
        <dd className="row">
          {linkedId === undefined ? (
            <span className="muted">not linked to a task, so it cannot run</span>
          ) : (
            <Link to={`/tasks/${linkedId}`}>{linked?.name ?? `task ${linkedId}`}</Link>
          )}
          <button type="button" className="link" onClick={() => setChoosing(!isChoosing)}>
            {linkedId === undefined ? 'Link' : 'Change'}
          </button>
        </dd>
      </dl>
      {isChoosing && <LinkForm aiTaskId={aiTaskId} linkedId={linkedId} onDone={() => setChoosing(false)} />}
    </div>
  );
}

function LinkForm({
  aiTaskId,
  linkedId,
  onDone,
}: {
  aiTaskId: string;
  linkedId: string | undefined;
  onDone: () => void;
}): ReactNode {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const tasks = useQuery({
    queryKey: ['tasks'],
    queryFn: ({ signal }) => client.send(TasksDocument, {}, { signal }),
  });
  const act = useAct({ isReadAnew: false });
  const link = (data: FormData) =>
    act.run(async () => {
      const taskId = String(data.get('taskId')) || null;
      await client.send(LinkAiTaskDocument, { aiTaskId, taskId });
      await queries.invalidateQueries({ queryKey: ['ai-task', aiTaskId] });
      say(taskId === null ? 'The link is removed' : 'The task is linked');
      onDone();
    });
  if (tasks.error !== null) return <Failure error={tasks.error} />;
  return (
    <form className="link-form" onSubmit={withData(link)}>
      <SelectField
        label="Task to run"
        name="taskId"
        isCompact
        defaultValue={linkedId ?? ''}
        key={String(tasks.isSuccess)}
      >
        <option value="">None</option>
        {tasks.data?.tasks.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <Button type="submit" isBusy={act.isBusy || tasks.isPending}>
        Save
      </Button>
      {act.error !== undefined && <Failure error={act.error} />}
    </form>
  );
}

function linkOf(metadata: unknown): string | undefined {
  const link = (metadata as { quantconnect?: { taskId?: unknown } } | null)?.quantconnect?.taskId;
  return link == null ? undefined : String(link);
}
