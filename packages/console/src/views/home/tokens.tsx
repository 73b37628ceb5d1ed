import type { DeploymentFieldsFragment } from '@quantgate/client';
import { lazy, type ReactNode, Suspense } from 'react';
import { Link } from 'wouter';
import { Card } from '../../design/card.tsx';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import { Progress } from '../../design/progress.tsx';
import type { UsageOnHomeQuery } from '../../generated/graphql.ts';
import { useUsage } from './use-usage.ts';

const Plot = lazy(() => import('../../design/plot.tsx'));

type Day = UsageOnHomeQuery['usage'][number];
type Budget = UsageOnHomeQuery['budgets'][number];

/** Tokens today and this month, day by day, against the budgets. Days are those of UTC, as the gateway counts. */
export function Tokens({ deployments }: { deployments: readonly DeploymentFieldsFragment[] }): ReactNode {
  const { data, error, refetch } = useUsage(deployments);
  if (data === undefined) {
    return (
      <Card title="Tokens">
        {error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />}
      </Card>
    );
  }
  const days = daysOfMonth(data.usage);
  const today = days.at(-1);
  const month = days.reduce((sum, day) => sum + totalOf(day), 0);
  const limit = data.budgets.find(
    ({ period, taskId, taskListId }) => period === 'DAY' && taskId === null && taskListId === null,
  );
  return (
    <Card title="Tokens" actions={<Link to="/account/budgets">Budgets</Link>}>
      <div className="stack">
        <dl className="home-totals">
          <div>
            <dt className="muted">Today</dt>
            <dd className="number">{(today ? totalOf(today) : 0).toLocaleString()}</dd>
          </div>
          <div>
            <dt className="muted">This month</dt>
            <dd className="number">{month.toLocaleString()}</dd>
          </div>
        </dl>
        <Suspense fallback={<div className="home-plot" />}>
          <Plot
            label={`Tokens of each day of this month, ${month.toLocaleString()} in all`}
            kind="bars"
            height={170}
            x={{ values: days.map(({ key }) => Date.parse(`${key}T12:00:00Z`) / 1_000) }}
            series={[{ name: 'Tokens a day', color: '--tone-info-dot', values: days.map(totalOf) }]}
            limit={limit && { name: 'Budget of a day', value: limit.maxTokens }}
          />
        </Suspense>
        {data.budgets
          .filter(({ period }) => period !== 'RUN')
          .map((budget) => (
            <Progress
              key={budget.id}
              label={nameOf(budget)}
              value={budget.usedTokens}
              max={budget.maxTokens}
              warnAt={budget.warnAt}
            />
          ))}
        {data.budgets.length === 0 && (
          <p className="muted">
            There is no budget. <Link to="/account/budgets">Set one</Link>, and the gateway stops at it.
          </p>
        )}
      </div>
    </Card>
  );
}

const totalOf = ({ inputTokens, outputTokens }: Day): number => inputTokens + outputTokens;

/** Every day of this month until today, also those without a deployment. */
function daysOfMonth(usage: readonly Day[]): Day[] {
  const today = new Date().toISOString().slice(0, 10);
  const count = Number(today.slice(8));
  return Array.from({ length: count }, (_, index) => {
    const key = `${today.slice(0, 8)}${String(index + 1).padStart(2, '0')}`;
    return usage.find((day) => day.key === key) ?? { key, deployments: 0, inputTokens: 0, outputTokens: 0 };
  });
}

function nameOf({ period, taskId, taskListId }: Budget): string {
  const of = taskId ? ` of task ${taskId}` : taskListId ? ` of list ${taskListId}` : '';
  return `Budget of ${period === 'DAY' ? 'today' : 'this month'}${of}`;
}
