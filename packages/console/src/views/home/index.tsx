import { useClient, useDeployments } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ButtonLink } from '../../design/button.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import { OfflineBanner } from '../../design/offline-banner.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { CredentialsOnHomeDocument } from '../../generated/graphql.ts';
import { FirstSteps } from './first-steps.tsx';
import './home.css';
import { EndedToday, RunningNow } from './runs.tsx';
import { Tokens } from './tokens.tsx';
import { Troubles } from './troubles.tsx';

const DOCUMENT = `query Home {
  myDeployments(first: 100) {
    nodes {
      id
      status
      endReason
      createdAt
      endedAt
    }
  }
  usage(groupBy: DAY) {
    key
    inputTokens
    outputTokens
  }
  budgets {
    period
    maxTokens
    usedTokens
    resetsAt
  }
}`;

/** What runs now, what ended today, and what is wrong; for an empty account the way to its first result. */
export default function Home(): ReactNode {
  const client = useClient();
  const credentials = useQuery({
    queryKey: ['credentials on home'],
    queryFn: async ({ signal }) =>
      (await client.send(CredentialsOnHomeDocument, {}, { signal })).viewer.credentials,
    refetchInterval: 60_000,
  });
  const live = useDeployments();
  // Whoever has begun the first steps goes through them, also when something is deployed elsewhere meanwhile.
  const [isSkipped, setSkipped] = useState(false);

  const header = (
    <PageHeader
      title="Home"
      actions={
        <>
          <CopyAs
            rest={{ method: 'GET', path: '/v1/deployments?first=100' }}
            graphql={{ document: DOCUMENT }}
            typescript={`const { nodes } = await client.deployments({ first: 100 });
console.table(nodes.map(({ id, status, endReason }) => ({ id, status, endReason })));`}
          />
          <ButtonLink to="/tasks" kind="primary">
            Deploy a task
          </ButtonLink>
        </>
      }
    />
  );
  if (credentials.data === undefined || live.status === 'LOADING') {
    const error = credentials.error ?? live.error;
    return (
      <>
        <PageHeader title="Home" />
        {error == null ? <Loading /> : <Failure error={error} onRetry={() => void credentials.refetch()} />}
      </>
    );
  }
  const hasAgents = credentials.data.some(({ provider }) => provider === 'QUANTCONNECT');
  const isEmpty = live.value.length === 0 && live.status !== 'FAILED';
  const hasLists = credentials.data.some(({ provider }) => provider === 'QUANTCDN');
  if (isEmpty && !isSkipped) {
    return (
      <>
        <PageHeader title="Home" />
        <FirstSteps
          credential={credentials.data.find(({ provider }) => provider === 'QUANTCONNECT')}
          onSkip={hasAgents || hasLists ? () => setSkipped(true) : undefined}
        />
      </>
    );
  }
  return (
    <>
      {header}
      {live.status === 'FAILED' && <OfflineBanner live={live.status} onRetry={() => location.reload()} />}
      <Troubles credentials={credentials.data} deployments={live.value} />
      <div className="home">
        <div className="stack">
          <RunningNow deployments={live.value} />
          <EndedToday deployments={live.value} />
        </div>
        <Tokens deployments={live.value} />
      </div>
    </>
  );
}
