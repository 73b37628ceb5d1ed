import './tasks.css';
import { deploymentsQuery, useClient, useDeployments } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/card.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { Failure } from '../../design/failure.tsx';
import { Icon } from '../../design/icon.tsx';
import { Loading } from '../../design/loading.tsx';
import { Menu } from '../../design/menu.tsx';
import { OfflineBanner } from '../../design/offline-banner.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { Time } from '../../design/time.tsx';
import { TaskDetailsDocument, type TaskDetailsQuery } from '../../generated/graphql.ts';
import { DeployDialog } from './deploy-dialog.tsx';
import { RunHistory } from './run-history.tsx';
import { DeleteTaskDialog, RenameTaskDialog } from './task-dialogs.tsx';

type Details = NonNullable<TaskDetailsQuery['task']>;

/** One task, and its runs side by side. */
export default function Task({ params }: { params: { id?: string } }): ReactNode {
  const id = params.id ?? '';
  const client = useClient();
  const [, go] = useLocation();
  const [dialog, setDialog] = useState<'deploy' | 'rename' | 'delete'>();
  const close = () => setDialog(undefined);
  const { data, error, refetch } = useQuery({
    queryKey: ['tasks', id],
    queryFn: ({ signal }) => client.send(TaskDetailsDocument, { id }, { signal }),
  });
  const task = data?.task ?? undefined;
  return (
    <>
      <PageHeader
        title={task?.name ?? `Task ${id}`}
        actions={
          <>
            <CopyAs {...copySourceOf(id)} />
            <Menu
              items={[
                { name: 'Rename', onSelect: () => setDialog('rename') },
                { name: 'Delete', onSelect: () => setDialog('delete'), isDanger: true },
              ]}
            >
              <Button isIcon aria-label="More acts" disabled={task === undefined}>
                <Icon name="more" />
              </Button>
            </Menu>
            <Button kind="primary" disabled={task === undefined} onClick={() => setDialog('deploy')}>
              Deploy
            </Button>
          </>
        }
      />
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {task === undefined && error === null && <Loading label="Reading the task" />}
      {task !== undefined && <TaskFacts task={task} />}
      <RunsOfTask taskId={id} onDeploy={() => setDialog('deploy')} />
      <DeployDialog task={dialog === 'deploy' ? task : undefined} onClose={close} />
      <RenameTaskDialog task={dialog === 'rename' ? task : undefined} onClose={close} />
      <DeleteTaskDialog
        task={dialog === 'delete' ? task : undefined}
        onClose={close}
        onDeleted={() => go('/tasks')}
      />
    </>
  );
}

function RunsOfTask({ taskId, onDeploy }: { taskId: string; onDeploy: () => void }): ReactNode {
  const live = useDeployments({ taskId });
  const client = useClient();
  const newest = useQuery({ ...deploymentsQuery(client, { taskId, first: 100 }), staleTime: 0 });
  return (
    <>
      <OfflineBanner live={live.status} />
      <RunHistory
        taskId={taskId}
        runs={live.status === 'LOADING' ? newest.data?.nodes : live.value}
        error={live.error ?? newest.error}
        hasMore={newest.data?.pageInfo.hasNextPage ?? false}
        onDeploy={onDeploy}
      />
    </>
  );
}

function TaskFacts({ task }: { task: Details }): ReactNode {
  return (
    <div className="task-facts">
      <Card title="Prompt">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by the keyboard */}
        <div className="task-prompt" tabIndex={0}>
          {task.prompt}
        </div>
      </Card>
      <Card title="Facts">
        <dl className="facts">
          <dt>Agent</dt>
          <dd>
            <Link to={`/agents?agent=${encodeURIComponent(task.agentId)}`}>
              {task.agent?.name ?? task.agentId}
            </Link>
          </dd>
          <dt>Model</dt>
          <dd>{task.agent?.model ?? 'of the organization'}</dd>
          <dt>Project</dt>
          <dd>
            {task.projectPreference === 'PROJECT_FOR_TASK' || task.projectPreference === 'project-for-task'
              ? `one for all deployments${task.projectId == null ? '' : ` (${task.projectId})`}`
              : 'a new one for each deployment'}
          </dd>
          {task.scheduleHuman != null && (
            <>
              <dt>Schedule</dt>
              <dd>{task.scheduleHuman}</dd>
            </>
          )}
          <dt>Deployed</dt>
          <dd>
            {task.deploymentCount.toLocaleString()} times
            {task.lastDeployedAt != null && (
              <>
                , last <Time at={task.lastDeployedAt} form="relative" />
              </>
            )}
          </dd>
          <dt>Created</dt>
          <dd>
            <Time at={task.createdAt} />
          </dd>
          <dt>Id</dt>
          <dd>
            <code>{task.id}</code>
          </dd>
        </dl>
      </Card>
    </div>
  );
}

function copySourceOf(id: string) {
  return {
    rest: {
      method: 'POST',
      path: `/v1/tasks/${encodeURIComponent(id)}/deployments`,
      body: { guard: { maxTokens: 100_000 } },
    },
    graphql: {
      document: `mutation ($taskId: ID!, $guard: DeploymentGuardInput) {
  deployTask(taskId: $taskId, guard: $guard) { id status }
}`,
      variables: { taskId: id, guard: { maxTokens: 100_000 } },
    },
    typescript: `const { id } = await client.deploy({ taskId: ${JSON.stringify(id)}, guard: { maxTokens: 100_000 } });
for await (const { event } of client.follow(id, { after: '0' })) {
  console.log(event.occurredAt, event.type, event.status);
}
client.close();`,
  };
}
