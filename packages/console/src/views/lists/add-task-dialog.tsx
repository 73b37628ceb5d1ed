import type { AiTaskFieldsFragment } from '@quantgate/client';
import { useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field, SelectField, TextField } from '../../design/field.tsx';
import { useToast } from '../../design/toast.tsx';
import { fieldProblems, withData } from '../../form-data.ts';
import { CreateAiTaskDocument, TasksDocument } from '../../generated/graphql.ts';
import { useAct } from '../../requests.ts';

interface AddTaskProps {
  taskListId: string;
  tasks: readonly AiTaskFieldsFragment[];
  isOpen: boolean;
  onClose: () => void;
}

/** Adds a task to a list. */
export function AddTaskDialog(props: AddTaskProps): ReactNode {
  return (
    <Dialog title={`Add a task to ${props.taskListId}`} isOpen={props.isOpen} onClose={props.onClose}>
      <AddTaskForm {...props} />
    </Dialog>
  );
}

function AddTaskForm({ taskListId, tasks, onClose }: AddTaskProps): ReactNode {
  const client = useClient();
  const say = useToast();
  const linkable = useQuery({
    queryKey: ['tasks'],
    queryFn: ({ signal }) => client.send(TasksDocument, {}, { signal }),
  });
  const act = useAct({ isReadAnew: false });
  const problems = fieldProblems(act.error);
  const add = (data: FormData) =>
    act.run(async () => {
      const taskId = String(data.get('taskId'));
      const title = String(data.get('title')).trim();
      await client.send(CreateAiTaskDocument, {
        input: {
          title,
          taskListId,
          description: String(data.get('description')).trim() || null,
          dependsOn: data.getAll('dependsOn').map(String),
          ...(taskId !== '' && { metadata: { quantconnect: { taskId } } }),
        },
      });
      say(`${title} is added`);
      onClose();
    });
  return (
    <form onSubmit={withData(add)} className="stack">
      <Field label="Title" name="title" error={problems.title} required />
      <TextField label="Description" name="description" rows={2} error={problems.description} />
      <SelectField
        label="Runs as"
        name="taskId"
        hint="The task of an agent that is deployed for it; needed to run the list."
      >
        <option value="">Nothing yet</option>
        {linkable.data?.tasks.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {tasks.length > 0 && (
        <SelectField label="Depends on" name="dependsOn" multiple size={Math.min(6, tasks.length)}>
          {tasks.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </SelectField>
      )}
      {linkable.error !== null && <Failure error={linkable.error} />}
      {act.error !== undefined && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Add
        </Button>
      </div>
    </form>
  );
}
