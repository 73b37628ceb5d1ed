import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field, SelectField, TextField } from '../../design/field.tsx';
import { useToast } from '../../design/toast.tsx';
import { fieldProblems, withData } from '../../form-data.ts';
import {
  type AgentFieldsFragment,
  CreateAgentDocument,
  type ReasoningEffort,
  UpdateAgentDocument,
} from '../../generated/graphql.ts';
import { useAct } from '../../requests.ts';

interface AgentFormProps {
  /** The agent to change; undefined for a new one. */
  agent: AgentFieldsFragment | undefined;
  onClose: () => void;
  onSaved: (id: string) => void;
}

/** Creates an agent, or changes one. */
export function AgentDialog({ isOpen, ...form }: AgentFormProps & { isOpen: boolean }): ReactNode {
  return (
    <Dialog
      title={form.agent === undefined ? 'New agent' : `Edit ${form.agent.name}`}
      isOpen={isOpen}
      onClose={form.onClose}
      isWide
    >
      <AgentForm {...form} />
    </Dialog>
  );
}

function AgentForm({ agent, onClose, onSaved }: AgentFormProps): ReactNode {
  const queries = useQueryClient();
  const say = useToast();
  const act = useAct({ isReadAnew: false });
  const problems = fieldProblems(act.error);
  const save = (data: FormData) =>
    act.run(async (client) => {
      const input = inputOf(data);
      const saved =
        agent === undefined
          ? (await client.send(CreateAgentDocument, { input: withoutNulls(input) })).createAgent
          : (await client.send(UpdateAgentDocument, { id: agent.id, input: changesOf(agent, input) }))
              .updateAgent;
      await queries.invalidateQueries({ queryKey: ['agents'] });
      say(`${saved.name} is ${agent === undefined ? 'created' : 'saved'}`);
      onSaved(saved.id);
    });
  return (
    <form onSubmit={withData(save)} className="stack">
      <div className="agent-fields">
        <Field label="Name" name="name" defaultValue={agent?.name} error={problems.name} required />
        <Field
          label="Model"
          name="model"
          defaultValue={agent?.model ?? ''}
          placeholder="That of the organization"
          error={problems.model}
        />
        <SelectField
          label="Reasoning effort"
          name="reasoningEffort"
          defaultValue={agent?.reasoningEffort ?? ''}
          error={problems.reasoningEffort}
        >
          <option value="">As the model has it</option>
          <option value="LOW">Low</option>
          <option value="MEDIUM">Medium</option>
          <option value="HIGH">High</option>
        </SelectField>
        <Field
          label="Most turns"
          name="maxTurns"
          type="number"
          min={1}
          step={1}
          defaultValue={agent?.maxTurns ?? ''}
          placeholder="No limit"
          error={problems.maxTurns}
        />
      </div>
      <Field
        label="Description"
        name="description"
        defaultValue={agent?.description ?? ''}
        error={problems.description}
      />
      <TextField
        label="System prompt"
        name="systemPrompt"
        rows={8}
        defaultValue={agent?.systemPrompt ?? ''}
        error={problems.systemPrompt}
      />
      <TextField
        label="Tools"
        name="tools"
        rows={4}
        defaultValue={agent?.tools.join('\n')}
        hint="One identifier a line, for instance create_file, edit_file, create_backtest"
        error={problems.tools}
      />
      <div className="agent-fields">
        <Field
          label="Tool choice"
          name="toolChoice"
          defaultValue={agent?.toolChoice ?? ''}
          placeholder="auto"
          error={problems.toolChoice}
        />
        <label className="check">
          <input type="checkbox" name="public" defaultChecked={agent?.public ?? false} />
          Shared inside the organization
        </label>
      </div>
      {act.error !== undefined && <Failure error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={act.isBusy}>
          {agent === undefined ? 'Create' : 'Save'}
        </Button>
      </div>
    </form>
  );
}

function inputOf(data: FormData) {
  const text = (name: string): string | null => String(data.get(name) ?? '').trim() || null;
  const maxTurns = text('maxTurns');
  return {
    name: text('name') ?? '',
    model: text('model'),
    reasoningEffort: text('reasoningEffort') as ReasoningEffort | null,
    maxTurns: maxTurns === null ? null : Number(maxTurns),
    description: text('description'),
    systemPrompt: text('systemPrompt'),
    toolChoice: text('toolChoice'),
    tools: (text('tools') ?? '').split(/[\s,]+/).filter(Boolean),
    public: data.get('public') === 'on',
  };
}

/** Only what was changed is sent: what somebody else has changed meanwhile stays. */
function changesOf(agent: AgentFieldsFragment, input: ReturnType<typeof inputOf>): Partial<typeof input> {
  const isChanged = ([name, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(agent[name as keyof AgentFieldsFragment] ?? null);
  return Object.fromEntries(Object.entries(input).filter(isChanged));
}

/** In a new agent what is empty is left out, and takes the upstream's default. */
function withoutNulls<Input extends { name: string }>(input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Input;
}
