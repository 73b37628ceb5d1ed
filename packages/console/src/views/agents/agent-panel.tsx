import type { ReactNode } from 'react';
import { Button, ButtonLink } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import { toWords } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';
import type { AgentFieldsFragment } from '../../generated/graphql.ts';

/** Everything about the chosen agent. */
export function AgentPanel({
  agent,
  names,
  onClose,
  onEdit,
  onDelete,
}: {
  agent: AgentFieldsFragment;
  /** Of all agents, by their ids. */
  names: ReadonlyMap<string, string>;
  onClose: () => void;
  onEdit: () => void;
  onDelete: () => void;
}): ReactNode {
  const facts: readonly (readonly [name: string, value: ReactNode])[] = [
    ['Model', agent.model ?? 'of the organization'],
    [
      'LLM',
      agent.useQcc === false
        ? `own key${agent.llmProvider ? ` (${agent.llmProvider})` : ''}`
        : 'of the platform',
    ],
    ['Effort', agent.reasoningEffort == null ? null : toWords(agent.reasoningEffort)],
    ['Most turns', agent.maxTurns],
    ['Tool choice', agent.toolChoice],
    ['Pipeline', agent.pipeline],
    ['Shared', agent.public === true ? 'with the organization' : 'no'],
    ['Node', agent.node == null || agent.node.id === '0' ? null : `${agent.node.id} ${agent.node.sku ?? ''}`],
    ['Then runs', namesOf(agent.chainedAgents, names)],
    ['Can call', namesOf(agent.subAgents, names)],
    ['Author', agent.author?.name],
    ['Organization', agent.organization?.name],
    ['Created', agent.createdAt == null ? null : <Time key="created" at={agent.createdAt} />],
    ['Id', <code key="id">{agent.id}</code>],
  ];
  return (
    <aside className="card agent-panel" aria-label={`Agent ${agent.name}`}>
      <div className="card-header">
        <h2>{agent.name}</h2>
        <Button kind="quiet" isIcon aria-label="Close the agent" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {agent.description && <p className="muted">{agent.description}</p>}
      <div className="row">
        <ButtonLink to={`/tasks?agent=${encodeURIComponent(agent.id)}`}>Its tasks</ButtonLink>
        <Button onClick={onEdit}>Edit</Button>
        <Button kind="danger" onClick={onDelete}>
          Delete
        </Button>
      </div>
      <div>
        <h3>System prompt</h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by the keyboard */}
        <div className="agent-prompt" tabIndex={0}>
          {agent.systemPrompt || <span className="muted">none</span>}
        </div>
      </div>
      <div>
        <h3>Tools</h3>
        {agent.tools.length === 0 ? (
          <p className="muted">none</p>
        ) : (
          <ul className="row">
            {agent.tools.map((tool) => (
              <li key={tool}>
                <code className="tool">{tool}</code>
              </li>
            ))}
          </ul>
        )}
      </div>
      <dl className="facts">
        {facts
          .filter(([, value]) => value != null && value !== '')
          .map(([name, value]) => (
            <div key={name} className="fact">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </aside>
  );
}

function namesOf(agents: readonly { agentId: string }[], names: ReadonlyMap<string, string>): string {
  return agents.map(({ agentId }) => names.get(agentId) ?? agentId).join(', ');
}
