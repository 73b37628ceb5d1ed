import type { ReactNode } from 'react';
import { Card } from '../../design/card.tsx';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { Badge } from '../../design/status-badge.tsx';
import { useRest } from '../../requests.ts';
import { Keys } from './keys.tsx';

interface Readiness {
  status: string;
  warnings?: { name: string; detail: string }[];
  parts?: {
    store: { kind: string; isUsable: boolean };
    redis: { isUsable: boolean } | null;
    upstreams: {
      provider: string;
      isBreakerOpen: boolean;
      openOwnerBreakers: number;
      clockOffsetSeconds: number;
    }[];
    watches: { due: number; latestSeconds: number } | null;
  };
}

const NAMES: Readonly<Record<string, string>> = { QUANTCONNECT: 'QuantConnect', QUANTCDN: 'QuantCDN' };
/** Watches that are later than this are worth a look. */
const LATE_SECONDS = 10;

const copyAs = (): CopyAsSource => ({
  rest: { method: 'GET', path: '/readyz' },
  typescript: `const { parts } = await client.rest<{ parts: { watches: { due: number; latestSeconds: number } } }>({
  path: '/readyz',
});
console.log(parts.watches);`,
});

/** How the gateway's parts and its upstreams are. */
export const healthTab: PathTab = { path: 'health', name: 'Health', copyAs, view: Health };

function Health(): ReactNode {
  const { data, error, refetch } = useRest<Readiness>({ path: '/readyz' }, { refreshMs: 5_000 });
  if (data === undefined)
    return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  const { parts } = data;
  return (
    <div className="stack">
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data.warnings?.map(({ name, detail }) => (
        <div key={name} className="notice tone-warn" role="status">
          <p>
            {name}: {detail}
          </p>
        </div>
      ))}
      {parts === undefined ? (
        <EmptyState title="Only its state is shown">The gateway answers {data.status}.</EmptyState>
      ) : (
        <div className="grid">
          <Card
            title="Gateway"
            actions={<Usable isUsable={data.status === 'ok'} words={['Ready', 'Not ready']} />}
          >
            <dl className="facts">
              <dt>Store</dt>
              <dd className="cell-title">
                {parts.store.kind} <Usable isUsable={parts.store.isUsable} />
              </dd>
              <dt>Redis</dt>
              <dd className="cell-title">
                {parts.redis === null ? 'not used' : <Usable isUsable={parts.redis.isUsable} />}
              </dd>
            </dl>
          </Card>
          {parts.upstreams.map((upstream) => (
            <Upstream key={upstream.provider} upstream={upstream} />
          ))}
          <Watches watches={parts.watches} />
        </div>
      )}
      <Keys />
    </div>
  );
}

type Upstreams = NonNullable<Readiness['parts']>['upstreams'];

function Upstream({
  upstream: { provider, isBreakerOpen, openOwnerBreakers, clockOffsetSeconds },
}: {
  upstream: Upstreams[number];
}): ReactNode {
  return (
    <Card
      title={NAMES[provider] ?? provider}
      actions={<Usable isUsable={!isBreakerOpen} words={['Answers', 'Calls are refused']} />}
    >
      <dl className="facts">
        <dt>Refused for</dt>
        <dd>
          {isBreakerOpen ? 'all users' : openOwnerBreakers === 0 ? 'nobody' : `${openOwnerBreakers} users`}
        </dd>
        <dt>Its clock</dt>
        <dd>
          {clockOffsetSeconds === 0
            ? 'agrees with ours'
            : `${Math.abs(clockOffsetSeconds).toFixed(1)} s ${clockOffsetSeconds > 0 ? 'ahead' : 'behind'}`}
        </dd>
      </dl>
    </Card>
  );
}

function Watches({ watches }: { watches: NonNullable<Readiness['parts']>['watches'] }): ReactNode {
  const state =
    watches === null ? (
      <Badge>Not known</Badge>
    ) : watches.latestSeconds > LATE_SECONDS ? (
      <Badge tone="warn">Late</Badge>
    ) : (
      <Badge tone="good">In time</Badge>
    );
  return (
    <Card title="Watches" actions={state}>
      {watches !== null && (
        <dl className="facts">
          <dt>Due, not polled</dt>
          <dd className="number">{watches.due.toLocaleString()}</dd>
          <dt>The latest is late by</dt>
          <dd className="number">{watches.latestSeconds.toFixed(1)} s</dd>
        </dl>
      )}
    </Card>
  );
}

function Usable({
  isUsable,
  words = ['Works', 'Does not work'],
}: {
  isUsable: boolean;
  words?: readonly [good: string, bad: string];
}): ReactNode {
  return <Badge tone={isUsable ? 'good' : 'bad'}>{words[isUsable ? 0 : 1]}</Badge>;
}
