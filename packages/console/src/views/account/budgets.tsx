import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/card.tsx';
import { Confirm } from '../../design/confirm.tsx';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { Progress } from '../../design/progress.tsx';
import { Badge } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';
import { useAct, useRest } from '../../requests.ts';
import { type Budget, nameOfBudget, ON_REACHED } from './budget.ts';
import { BudgetForm } from './budget-form.tsx';

const copyAs = (): CopyAsSource => ({
  rest: {
    method: 'PUT',
    path: '/v1/budgets',
    body: { period: 'MONTH', maxTokens: 50_000_000, onReached: 'STOP_STARTING' },
  },
  graphql: {
    document: `mutation ($input: BudgetInput!) {
  setBudget(input: $input) { id period maxTokens usedTokens onReached warnAt resetsAt }
}`,
    variables: { input: { period: 'MONTH', maxTokens: 50_000_000, onReached: 'STOP_STARTING' } },
  },
  typescript: `const { budgets } = await client.rest<{ budgets: { usedTokens: number; maxTokens: number }[] }>({
  path: '/v1/budgets',
});
console.log(budgets);`,
});

/** Budgets of tokens, and how much of each is used. */
export const budgetsTab: PathTab = { path: 'budgets', name: 'Budgets', copyAs, view: Budgets };

function Budgets(): ReactNode {
  const { data, error, refetch } = useRest<{ budgets: Budget[] }>(
    { path: '/v1/budgets' },
    { refreshMs: 10_000 },
  );
  /** The budget to replace; null for a new one. */
  const [edited, setEdited] = useState<Budget | null>();
  if (data === undefined)
    return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  const add = (
    <Button kind="primary" onClick={() => setEdited(null)}>
      Set a budget
    </Button>
  );
  return (
    <div className="stack">
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data.budgets.length === 0 ? (
        <EmptyState title="No budgets yet" icon="Account" actions={add}>
          A budget limits the tokens of a day, of a month, or of each run of a list. When it is used up, the
          gateway warns, starts nothing more, or stops what runs.
        </EmptyState>
      ) : (
        <>
          <div className="section-header">
            <p className="muted">Input and output tokens together; days and months are those of UTC.</p>
            {add}
          </div>
          <div className="grid">
            {data.budgets.map((budget) => (
              <BudgetCard key={budget.id} budget={budget} onReplace={() => setEdited(budget)} />
            ))}
          </div>
        </>
      )}
      <Dialog
        title={edited ? 'Replace the budget' : 'Set a budget'}
        isOpen={edited !== undefined}
        onClose={() => setEdited(undefined)}
      >
        <BudgetForm before={edited ?? undefined} onSaved={() => setEdited(undefined)} />
      </Dialog>
    </div>
  );
}

function BudgetCard({ budget, onReplace }: { budget: Budget; onReplace: () => void }): ReactNode {
  const { id, maxTokens, usedTokens, warnAt, onReached, resetsAt } = budget;
  const [isAsking, setAsking] = useState(false);
  const act = useAct();
  const name = nameOfBudget(budget);
  return (
    <Card title={name} actions={<BudgetState budget={budget} />}>
      <div className="stack">
        <Progress
          label={`${Math.floor((100 * usedTokens) / maxTokens)} %`}
          value={usedTokens}
          max={maxTokens}
          warnAt={warnAt}
          text={`${usedTokens.toLocaleString()} of ${maxTokens.toLocaleString()} tokens`}
        />
        <dl className="facts">
          <dt>When it is used up</dt>
          <dd>{ON_REACHED[onReached] ?? onReached}</dd>
          <dt>Warns at</dt>
          <dd>{Math.round(100 * warnAt)} %</dd>
          <dt>Begins anew</dt>
          <dd>{resetsAt === null ? 'with the next run' : <Time at={resetsAt} form="relative" />}</dd>
        </dl>
      </div>
      <div className="budget-acts">
        <Button aria-label={`Replace ${name}`} onClick={onReplace}>
          Replace
        </Button>
        <Button kind="danger" aria-label={`Delete ${name}`} onClick={() => setAsking(true)}>
          Delete
        </Button>
      </div>
      <Confirm
        title="Delete this budget?"
        name="Delete"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        act={act}
        onConfirm={() =>
          void act.run(
            (client) => client.rest({ method: 'DELETE', path: `/v1/budgets/${id}` }),
            'The budget was deleted',
          )
        }
      >
        <p>{name}: what it holds back starts again, and nothing limits it any more.</p>
      </Confirm>
    </Card>
  );
}

function BudgetState({ budget: { usedTokens, maxTokens, warnAt } }: { budget: Budget }): ReactNode {
  if (usedTokens >= maxTokens) return <Badge tone="bad">Used up</Badge>;
  if (usedTokens >= warnAt * maxTokens) return <Badge tone="warn">Nearly used up</Badge>;
  return <Badge tone="good">Within</Badge>;
}
