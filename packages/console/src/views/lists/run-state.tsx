import type { RunValue } from '@quantgate/react';
import { useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Time } from '../../design/time.tsx';
import { ListBudgetsDocument } from '../../generated/graphql.ts';
import { countOf, reasonInWords } from './words.ts';

/** Whether the run starts tasks, or waits for those that run. */
export function isUnderWay(run: RunValue['run']): boolean {
  return run?.status === 'RUNNING' || run?.status === 'STOPPING';
}

/** Whether a budget holds the run back. */
export function isHeld(run: RunValue['run']): boolean {
  return run?.status === 'RUNNING' && run.reason === 'BUDGET_EXCEEDED';
}

/** How the newest run of a list stands, and what it waits for. */
export function RunState({ run }: { run: NonNullable<RunValue['run']> }): ReactNode {
  const { starting, running, completed, failed } = run.counts;
  return (
    <section className="run-state" aria-label="Newest run">
      <p>
        <strong>{isUnderWay(run) ? 'This run' : 'Last run'}</strong>{' '}
        <span className="muted">
          began <Time at={run.createdAt} form="relative" />
          {run.endedAt != null && (
            <>
              , ended <Time at={run.endedAt} form="relative" />
            </>
          )}
          {' · '}
          {starting + running > 0 && `${starting + running} running, `}
          {completed} completed, {failed} failed · up to {countOf(run.maxParallel, 'task')} at the same time
        </span>
      </p>
      {isHeld(run) && <Held taskListId={run.taskListId} />}
      {!isHeld(run) && run.reason != null && (
        <div className={`notice ${isUnderWay(run) ? 'tone-warn' : 'tone-bad'}`} role="status">
          <p>
            {isUnderWay(run) ? 'It waits: ' : 'Why it ended so: '}
            {reasonInWords(run.reason)}
          </p>
        </div>
      )}
    </section>
  );
}

/** Why the run is held: the budgets that are used up. */
function Held({ taskListId }: { taskListId: string }): ReactNode {
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['budgets', 'used'],
    queryFn: ({ signal }) => client.send(ListBudgetsDocument, {}, { signal }),
    refetchInterval: 10_000,
  });
  const reached = (data?.budgets ?? []).filter(
    (one) =>
      one.usedTokens >= one.maxTokens &&
      one.onReached !== 'WARN' &&
      (one.taskListId == null || one.taskListId === taskListId),
  );
  return (
    <div className="notice tone-warn" role="status">
      <div>
        <p>The run is held: a budget is used up. Nothing more is started until the budget allows it.</p>
        <ul>
          {reached.map((one) => (
            <li key={one.id}>
              {one.period === 'RUN' ? 'Each run of this list' : `This ${one.period.toLowerCase()}`}:{' '}
              <span className="number">
                {one.usedTokens.toLocaleString()} of {one.maxTokens.toLocaleString()}
              </span>{' '}
              tokens
              {one.resetsAt != null && (
                <>
                  ; begins anew <Time at={one.resetsAt} />
                </>
              )}
            </li>
          ))}
        </ul>
      </div>
      <Link to="/account/budgets" className="button">
        Change budgets
      </Link>
    </div>
  );
}
