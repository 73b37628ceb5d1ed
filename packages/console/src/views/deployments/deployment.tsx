import { isQuantgateError } from '@quantgate/client';
import { useConversation, useDeployment } from '@quantgate/react';
import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'wouter';
import { ButtonLink } from '../../design/button.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { StatusBadge } from '../../design/status-badge.tsx';
import { Tabs } from '../../design/tabs.tsx';
import { Acts } from './acts.tsx';
import { Conversation } from './conversation.tsx';
import './deployments.css';
import { Facts } from './facts.tsx';
import { Files, filesOf } from './files.tsx';
import { PromptBox } from './prompt-box.tsx';
import { RawJson } from './raw-json.tsx';
import { Threads } from './threads.tsx';
import { Timeline } from './timeline.tsx';
import { TokensCard } from './tokens.tsx';
import { useKnown } from './use-known.ts';

/** One deployment: its state, what was said in it, its files and its events, live. */
export default function DeploymentView({ params: { id = '' } }: { params: { id?: string } }): ReactNode {
  // Another deployment is another view: nothing of the last one is kept.
  return <DeploymentOf key={id} id={id} />;
}

function DeploymentOf({ id }: { id: string }): ReactNode {
  const live = useDeployment(id);
  const { deployment, events } = live.value;
  const title = `Deployment ${id.slice(0, 10)}`;
  if (live.status === 'FAILED' && events.length === 0) return <Unknown title={title} error={live.error} />;
  if (events.length === 0) {
    return (
      <>
        <PageHeader title={title} />
        <Loading />
      </>
    );
  }
  const isGone = events.at(-1)?.type === 'DELETED';
  const status = deployment?.status ?? events.at(-1)?.status ?? 'UNKNOWN';
  const degraded = events.findLast(({ type }) => type === 'WATCH_DEGRADED' || type === 'WATCH_RECOVERED');
  return (
    <>
      <PageHeader
        title={title}
        beside={<StatusBadge status={status} />}
        actions={<Acts id={id} isEnded={isGone || (deployment?.isTerminal ?? false)} isGone={isGone} />}
      />
      {live.status === 'FAILED' && <Failure error={live.error} />}
      {isGone && (
        <Notice tone="neutral">
          It was deleted upstream. Its events are kept, and what was said as long as there is a transcript.
        </Notice>
      )}
      {!isGone && degraded?.type === 'WATCH_DEGRADED' && (
        <Notice tone="warn">
          The gateway cannot read it at the moment (<code>{degraded.reason}</code>) and goes on trying.
          {degraded.reason?.startsWith('CREDENTIAL') &&
            ' Replace or verify the credential on the page Account.'}
        </Notice>
      )}
      {live.value.hasGap && (
        <Notice tone="warn">Some of its events are older than the gateway keeps them.</Notice>
      )}
      {deployment?.runtimeError && (
        <div className="notice tone-bad" role="alert">
          <p>
            <strong>Runtime error.</strong> {deployment.runtimeError}
          </p>
        </div>
      )}
      <Parts id={id} live={live} isGone={isGone} />
    </>
  );
}

function Parts({
  id,
  live,
  isGone,
}: {
  id: string;
  live: ReturnType<typeof useDeployment>;
  isGone: boolean;
}): ReactNode {
  const [search, setSearch] = useSearchParams();
  const conversation = useConversation(id);
  const { deployment, events } = live.value;
  const known = useKnown(id, { conversation, deployment, isGone });
  const { messages, facts } = known;
  const [chosen, setChosen] = useState<number>();
  const setTab = (tab: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (tab === 'conversation') next.delete('tab');
        else next.set('tab', tab);
        return next;
      },
      { replace: true },
    );
  const threads = facts?.agents.filter(({ callableId }) => callableId != null) ?? [];
  const writes = filesOf(messages);
  const tabs = [
    {
      value: 'conversation',
      name: 'Conversation',
      content: (
        <div className="stack">
          <Conversation
            known={known}
            isWaiting={!(deployment?.isTerminal ?? true)}
            onFiles={(index) => {
              setChosen(index);
              setTab('files');
            }}
          />
          {deployment !== undefined && !isGone && <PromptBox deployment={deployment} />}
        </div>
      ),
    },
    ...(threads.length > 0
      ? [
          {
            value: 'threads',
            name: `Sub-agents (${threads.length})`,
            content: <Threads id={id} agents={threads} transcript={known.transcript} />,
          },
        ]
      : []),
    ...(writes.length > 0
      ? [
          {
            value: 'files',
            name: `Files (${facts?.files.length ?? '…'})`,
            content: (
              <Files
                id={id}
                writes={writes}
                chosen={chosen}
                onChoose={setChosen}
                isFromTranscript={known.transcript !== undefined}
              />
            ),
          },
        ]
      : []),
    {
      value: 'raw',
      name: 'Raw JSON',
      content: (
        <RawJson id={id} value={{ deployment, ...known.more, usage: known.usage, events, messages }} />
      ),
    },
  ];
  const asked = search.get('tab') ?? 'conversation';
  return (
    <div className="deployment">
      <Tabs
        label="Parts of the deployment"
        value={tabs.some(({ value }) => value === asked) ? asked : 'conversation'}
        onChange={setTab}
        tabs={tabs}
      />
      <div className="stack deployment-side">
        <Facts id={id} deployment={deployment} lastEvent={events.at(-1)} more={known.more} />
        <TokensCard
          deployment={deployment}
          events={events}
          usage={known.usage}
          samples={conversation.value.usageSamples}
        />
        <Timeline events={events} />
      </div>
    </div>
  );
}

function Notice({ tone, children }: { tone: 'neutral' | 'warn'; children: ReactNode }): ReactNode {
  return (
    <div className={`notice tone-${tone}`} role="status">
      <p>{children}</p>
    </div>
  );
}

function Unknown({ title, error }: { title: string; error: unknown }): ReactNode {
  return (
    <>
      <PageHeader title={title} />
      {isQuantgateError(error, 'NOT_FOUND', 'BAD_USER_INPUT') ? (
        <EmptyState
          title="There is no such deployment"
          icon="Deployments"
          actions={<ButtonLink to="/deployments">All deployments</ButtonLink>}
        >
          Its id may be mistyped, it may belong to somebody else, or it was deleted long ago.
        </EmptyState>
      ) : (
        <Failure error={error} onRetry={() => location.reload()} />
      )}
    </>
  );
}
