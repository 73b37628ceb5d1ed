import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field, SelectField, TextField } from '../../design/field.tsx';
import { useToast } from '../../design/toast.tsx';
import { fieldProblems, withData } from '../../form-data.ts';
import {
  CreateTaskDocument,
  DeleteTaskDocument,
  type ProjectPreference,
  RenameTaskDocument,
} from '../../generated/graphql.ts';
import { useAct } from '../../requests.ts';

interface Named {
  id: string;
  name: string;
}

/** Writes a new task for an agent. */
export function CreateTaskDialog({
  agents,
  agentId,
  isOpen,
  onClose,
  onCreated,
}: {
  agents: readonly Named[];
  /** The agent that is chosen at first. */
  agentId?: string | undefined;
  isOpen: boolean;
  onClose: () => void;
  onCreated: (task: Named) => void;
}): ReactNode {
  return (
    <Dialog title="New task" isOpen={isOpen} onClose={onClose}>
      <CreateForm agents={agents} agentId={agentId} onClose={onClose} onCreated={onCreated} />
    </Dialog>
  );
}

function CreateForm({
  agents,
  agentId,
  onClose,
  onCreated,
}: {
  agents: readonly Named[];
  agentId: string | undefined;
  onClose: () => void;
  onCreated: (task: Named) => void;
}): ReactNode {
  const queries = useQueryClient();
  const say = useToast();
  const act = useAct({ isReadAnew: false });
  const problems = fieldProblems(act.error);
  const create = (data: FormData) =>
    act.run(async (client) => {
      const { createTask } = await client.send(CreateTaskDocument, {
        input: {
          agentId: String(data.get('agentId')),
          name: String(data.get('name')).trim(),
          prompt: String(data.get('prompt')).trim(),
          projectPreference: String(data.get('projectPreference')) as ProjectPreference,
        },
      });
      await queries.invalidateQueries({ queryKey: ['tasks'] });
      say(`${createTask.name} is created`);
      onCreated(createTask);
    });
  return (
    <form onSubmit={withData(create)} className="stack">
      <Field label="Name" name="name" error={problems.name} required />
      <SelectField label="Agent" name="agentId" defaultValue={agentId} error={problems.agentId} required>
        {agents.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Prompt"
        name="prompt"
        rows={6}
        error={problems.prompt}
        hint="What the agent is to do. It cannot be changed later."
        required
      />
      <SelectField label="Project" name="projectPreference" defaultValue="PROJECT_EACH_TASK_DEPLOYMENT">
        <option value="PROJECT_EACH_TASK_DEPLOYMENT">A new project for each deployment</option>
        <option value="PROJECT_FOR_TASK">One project for all deployments</option>
      </SelectField>
      {act.error !== undefined && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Create
        </Button>
      </div>
    </form>
  );
}

/** Gives a task another name. */
export function RenameTaskDialog({
  task,
  onClose,
}: {
  task: Named | undefined;
  onClose: () => void;
}): ReactNode {
  return (
    <Dialog title="Rename the task" isOpen={task !== undefined} onClose={onClose}>
      {task !== undefined && <RenameForm task={task} onClose={onClose} />}
    </Dialog>
  );
}

function RenameForm({ task, onClose }: { task: Named; onClose: () => void }): ReactNode {
  const queries = useQueryClient();
  const say = useToast();
  const act = useAct({ isReadAnew: false });
  const problems = fieldProblems(act.error);
  const rename = (data: FormData) =>
    act.run(async (client) => {
      const { updateTask } = await client.send(RenameTaskDocument, {
        id: task.id,
        name: String(data.get('name')).trim(),
      });
      await queries.invalidateQueries({ queryKey: ['tasks'] });
      say(`It is now ${updateTask.name}`);
      onClose();
    });
  return (
    <form onSubmit={withData(rename)} className="stack">
      <Field label="Name" name="name" defaultValue={task.name} error={problems.name} required />
      {act.error !== undefined && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          Rename
        </Button>
      </div>
    </form>
  );
}

/** Asks before a task is deleted. */
export function DeleteTaskDialog({
  task,
  onClose,
  onDeleted,
}: {
  task: Named | undefined;
  onClose: () => void;
  onDeleted: () => void;
}): ReactNode {
  return (
    <Dialog title="Delete the task" isOpen={task !== undefined} onClose={onClose}>
      {task !== undefined && <DeleteForm task={task} onClose={onClose} onDeleted={onDeleted} />}
    </Dialog>
  );
}

function DeleteForm({
  task,
  onClose,
  onDeleted,
}: {
  task: Named;
  onClose: () => void;
  onDeleted: () => void;
}): ReactNode {
  const queries = useQueryClient();
  const say = useToast();
  const act = useAct({ isReadAnew: false });
  const remove = () =>
    act.run(async (client) => {
      await client.send(DeleteTaskDocument, { id: task.id });
      onDeleted();
      await queries.invalidateQueries({ queryKey: ['tasks'] });
      say(`${task.name} is deleted`);
    });
  return (
    <form onSubmit={withData(remove)} className="stack">
      <p>
        <strong>{task.name}</strong> is deleted at QuantConnect. What its deployments have said stays in the
        history of this gateway.
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
