import type { AiTaskFieldsFragment, AiTaskRunFieldsFragment } from '@quantgate/client';
import { useClient } from '@quantgate/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Icon } from '../../design/icon.tsx';
import { Progress } from '../../design/progress.tsx';
import { Badge, StatusBadge } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';
import { AiTaskDetailsDocument, type AiTaskDetailsQuery } from '../../generated/graphql.ts';
import type { TaskFacts } from './analysis.ts';
import { LinkedTask } from './linked-task.tsx';
import { TaskNames } from './task-names.tsx';
import { reasonInWords } from './words.ts';

interface TaskPanelProps {
  task: AiTaskFieldsFragment;
  facts: TaskFacts;
  run: AiTaskRunFieldsFragment | undefined;
  titles: ReadonlyMap<string, string>;
  onChoose: (id: string | undefined) => void;
}

/** Everything about the chosen task. */
export function TaskPanel({ task, facts, run, titles, onChoose }: TaskPanelProps): ReactNode {
  const client = useClient();
  const details = useQuery({
    queryKey: ['ai-task', task.id, task.updatedAt, run?.status],
    queryFn: ({ signal }) => client.send(AiTaskDetailsDocument, { id: task.id }, { signal }),
    placeholderData: (before, query) =>
      query?.queryKey[1] === task.id ? keepPreviousData(before) : undefined,
  });
  const found = details.data?.aiTask;
  const names = (ids: readonly string[]) => <TaskNames ids={ids} titles={titles} onChoose={onChoose} />;
  return (
    <aside className="card task-panel" aria-label={`Task ${task.title}`}>
      <div className="card-header">
        <h2>{task.title}</h2>
        <Button kind="quiet" isIcon aria-label="Close the task" onClick={() => onChoose(undefined)}>
          <Icon name="close" />
        </Button>
      </div>
      <div className="row">
        <StatusBadge status={facts.state} />
        {facts.isCritical && <Badge tone="info">Critical path</Badge>}
        <span className="muted">{facts.stage === undefined ? 'In a cycle' : `Stage ${facts.stage}`}</span>
      </div>
      {task.description && <p className="prose">{task.description}</p>}
      {task.error != null && (
        <p className="notice tone-bad">
          <span>{task.error}</span>
        </p>
      )}
      {task.status === 'IN_PROGRESS' && (
        <Progress
          label="Progress"
          value={task.progress ?? undefined}
          max={1}
          text={task.progress == null ? '' : `${Math.round(task.progress * 100)} %`}
        />
      )}
      {task.status === 'IN_PROGRESS' && task.progressMessage != null && (
        <p className="progress-message">{task.progressMessage}</p>
      )}
      {task.blockedReason != null && (
        <p className="notice tone-warn">
          <span>Blocked by a client: {task.blockedReason}</span>
        </p>
      )}
      <dl className="facts">
        {facts.by.length > 0 && <Fact name="Waits for">{names(facts.by)}</Fact>}
        {facts.because.length > 0 && <Fact name="Cannot start">{names(facts.because)}</Fact>}
        <Fact name="Depends on">{names(task.dependsOn)}</Fact>
        <Fact name="Needed by">{names(facts.dependents)}</Fact>
      </dl>
      <RunFacts run={run} found={found} said={task.error} />
      {details.error !== null && <Failure error={details.error} onRetry={() => void details.refetch()} />}
      {found != null && <LinkedTask aiTaskId={task.id} linked={found.agentTask} metadata={found.metadata} />}
      <dl className="facts">
        <Fact name="Created">
          <Time at={task.createdAt} />
        </Fact>
        {task.startedAt != null && (
          <Fact name="Started">
            <Time at={task.startedAt} />
          </Fact>
        )}
        {task.completedAt != null && (
          <Fact name="Ended">
            <Time at={task.completedAt} />
          </Fact>
        )}
        {task.assignedAgentId != null && <Fact name="Assigned to">{task.assignedAgentId}</Fact>}
        {(found?.retryCount ?? 0) > 0 && (
          <Fact name="Tries again">
            {found?.retryCount} of {found?.maxRetries ?? '–'}
          </Fact>
        )}
        <Fact name="Id">
          <code>{task.id}</code>
        </Fact>
      </dl>
      <Json name="Result" value={task.result} isOpen />
      <Json name="Metadata" value={found?.metadata} />
    </aside>
  );
}

function RunFacts({
  run,
  found,
  said,
}: {
  run: AiTaskRunFieldsFragment | undefined;
  found: AiTaskDetailsQuery['aiTask'] | undefined;
  /** The error of the task, which need not be said twice. */
  said: string | null;
}): ReactNode {
  const shown = run ?? found?.run;
  const deploymentId = shown?.deploymentId ?? found?.deployment?.id;
  if (shown == null && deploymentId == null) return null;
  return (
    <dl className="facts">
      {shown != null && (
        <Fact name="Run">
          <StatusBadge status={shown.status} />{' '}
          {shown.reason != null && shown.reason !== said && <span>{reasonInWords(shown.reason)}</span>}
        </Fact>
      )}
      {deploymentId != null && (
        <Fact name="Deployment">
          <Link to={`/deployments/${deploymentId}`}>
            <code>{`${deploymentId.slice(0, 14)}…`}</code>
          </Link>{' '}
          {found?.deployment?.id === deploymentId && <StatusBadge status={found.deployment.status} />}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Json({
  name,
  value,
  isOpen = false,
}: {
  name: string;
  value: unknown;
  isOpen?: boolean;
}): ReactNode {
  if (value == null) return null;
  return (
    <details open={isOpen}>
      <summary>{name}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by the keyboard */}
      <pre className="json" tabIndex={0}>
        {JSON.stringify(value, null, 2)}
      </pre>
    </details>
  );
}
