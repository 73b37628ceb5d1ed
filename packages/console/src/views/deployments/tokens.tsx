import type { DeploymentEventFieldsFragment, DeploymentFieldsFragment } from '@quantgate/client';
import type { UsageSample } from '@quantgate/react';
import { lazy, type ReactNode, Suspense } from 'react';
import { Card } from '../../design/card.tsx';
import { Badge } from '../../design/status-badge.tsx';
import { Counters } from './counters.tsx';
import { pointsOf } from './points.ts';
import type { Known } from './use-known.ts';

const Plot = lazy(() => import('../../design/plot.tsx'));

/** What the guard counts and limits, and the tokens over time. */
export function TokensCard({
  deployment,
  events,
  usage,
  samples,
}: {
  deployment: DeploymentFieldsFragment | undefined;
  events: readonly DeploymentEventFieldsFragment[];
  usage: Known['usage'];
  samples: readonly UsageSample[];
}): ReactNode {
  const limits = events.filter(({ type }) => type === 'GUARD_WARNED' || type === 'GUARD_TRIPPED');
  const points = pointsOf(deployment, usage, samples);
  return (
    <Card title="Usage and guard">
      <Counters deployment={deployment} usage={usage} />
      {limits.map(({ id, type, reason }) => (
        <p key={id} className="row limit">
          <Badge tone={type === 'GUARD_TRIPPED' ? 'bad' : 'warn'}>
            {type === 'GUARD_TRIPPED' ? 'Limit exceeded' : 'Limit nearly used'}
          </Badge>
          <span className="muted">{reason}</span>
        </p>
      ))}
      {points.length > 1 && (
        <Suspense fallback={<div className="plot-place" />}>
          <Plot
            label={`Tokens over time: ${usage?.inputTokens.toLocaleString()} in, ${usage?.outputTokens.toLocaleString()} out`}
            height={130}
            x={{ values: points.map(({ atMs }) => atMs / 1_000) }}
            series={[
              { name: 'Input', color: '--tone-info-dot', values: points.map((one) => one.inputTokens) },
              { name: 'Output', color: '--tone-good-dot', values: points.map((one) => one.outputTokens) },
            ]}
          />
        </Suspense>
      )}
    </Card>
  );
}
