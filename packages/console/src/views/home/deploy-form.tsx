import { useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../design/button.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field, SelectField, TextField } from '../../design/field.tsx';
import { Loading } from '../../design/loading.tsx';
import { AgentsDocument, CreateAgentDocument, CreateTaskDocument } from '../../generated/graphql.ts';

const NEW = 'new';

const EXAMPLE = `Write an algorithm that buys SPY when its 50 day average is above the 200 day average, and holds cash otherwise.
Backtest it over the last ten years and tell me its drawdown.`;

/** Makes what is missing of agent and task, deploys, and leads to the deployment. */
export function DeployForm(): ReactNode {
  const client = useClient();
  const [, navigate] = useLocation();
  const agents = useQuery({
    queryKey: ['agents to choose from'],
    queryFn: async ({ signal }) => (await client.send(AgentsDocument, {}, { signal })).agents,
  });
  const [agent, setAgent] = useState<string>();
  const [stage, setStage] = useState<string>();
  const [error, setError] = useState<unknown>();
  /** What an earlier try has made: another try goes on with it. */
  const made = useRef<{ agents: Record<string, string>; tasks: Record<string, string> }>({
    agents: {},
    tasks: {},
  });

  if (agents.error !== null) return <Failure error={agents.error} onRetry={() => void agents.refetch()} />;
  if (agents.data === undefined) return <Loading label="Reading your agents" />;
  const chosen = agent ?? agents.data[0]?.id ?? NEW;

  const deploy = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? '').trim();
    setError(undefined);
    try {
      let agentId = chosen;
      if (chosen === NEW) {
        const name = text('agentName');
        setStage('Creating the agent');
        made.current.agents[name] ??= (
          await client.send(CreateAgentDocument, { input: { name } })
        ).createAgent.id;
        agentId = made.current.agents[name] as string;
      }
      const input = { agentId, name: text('name'), prompt: text('prompt') };
      const key = JSON.stringify(input);
      setStage('Creating the task');
      made.current.tasks[key] ??= (await client.send(CreateTaskDocument, { input })).createTask.id;
      setStage('Deploying');
      const maxTokens = Number(text('maxTokens'));
      const deployment = await client.deploy({
        taskId: made.current.tasks[key] as string,
        ...(maxTokens > 0 && { guard: { maxTokens } }),
      });
      navigate(`/deployments/${deployment.id}`);
    } catch (problem) {
      setError(problem);
      setStage(undefined);
    }
  };

  return (
    <form className="stack" onSubmit={(event) => void deploy(event)}>
      <div className="first-agent">
        <SelectField label="Agent" value={chosen} onChange={({ target }) => setAgent(target.value)}>
          {agents.data.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          <option value={NEW}>A new agent</option>
        </SelectField>
        {chosen === NEW && (
          <Field label="Name of the agent" name="agentName" defaultValue="Researcher" required />
        )}
      </div>
      <Field label="Name of the task" name="name" defaultValue="My first task" required />
      <TextField label="What should it do?" name="prompt" rows={4} defaultValue={EXAMPLE} required />
      <Field
        label="Stop it after so many tokens"
        name="maxTokens"
        type="number"
        min={1}
        step={1}
        defaultValue={500_000}
        hint="A guard of the gateway. Leave it empty for no limit."
      />
      {error !== undefined && <Failure error={error} />}
      <div className="row">
        <Button type="submit" kind="primary" isBusy={stage !== undefined}>
          Deploy
        </Button>
        <CopyAs
          rest={{
            method: 'POST',
            path: '/v1/tasks/TASK/deployments',
            body: { guard: { maxTokens: 500_000 } },
          }}
          graphql={{
            document:
              'mutation ($taskId: ID!) {\n  deployTask(taskId: $taskId, guard: { maxTokens: 500000 }) {\n    id\n  }\n}',
            variables: { taskId: 'TASK' },
          }}
          typescript={`const { id } = await client.deploy({ taskId: 'TASK', guard: { maxTokens: 500_000 } });
for await (const { event } of client.follow(id)) console.log(event.type, event.status);
client.close();`}
        />
        {stage !== undefined && (
          <span className="muted" role="status">
            {stage}…
          </span>
        )}
      </div>
    </form>
  );
}
