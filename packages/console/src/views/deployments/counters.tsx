import type { DeploymentFieldsFragment } from '@quantgate/client';
import type { ReactNode } from 'react';
import { Duration, toDuration, useSeconds } from '../../design/duration.tsx';
import { Progress } from '../../design/progress.tsx';
import type { Known } from './use-known.ts';

type Guard = NonNullable<DeploymentFieldsFragment['guard']>;

/** Tokens, turns and time: of what the guard limits, how much of it is used; of the rest, how much there was. */
export function Counters({
  deployment,
  usage,
}: {
  deployment: DeploymentFieldsFragment | undefined;
  usage: Known['usage'];
}): ReactNode {
  const guard = deployment?.guard ?? undefined;
  const tokens = usage && usage.inputTokens + usage.outputTokens;
  const counts = [
    { name: 'Tokens', used: tokens, limit: guard?.maxTokens },
    { name: 'Turns', used: usage?.turns, limit: guard?.maxTurns },
  ];
  const isTimeLimited = guard?.maxDurationSeconds != null;
  return (
    <>
      <div className="counters">
        {counts.map(
          ({ name, used, limit }) =>
            limit == null && <Counter key={name} name={name} value={used?.toLocaleString()} />,
        )}
        {!isTimeLimited && (
          <Counter
            name="Time"
            value={
              deployment?.createdAt && (
                <Duration from={deployment.createdAt} to={deployment.endedAt ?? undefined} />
              )
            }
          />
        )}
      </div>
      {guard !== undefined && (
        <div className="guard-limits">
          {counts.map(
            ({ name, used, limit }) =>
              limit != null && (
                <Progress key={name} label={name} value={used ?? 0} max={limit} warnAt={guard.warnAt} />
              ),
          )}
          {isTimeLimited && <TimeLimit guard={guard} endedAt={deployment?.endedAt ?? undefined} />}
        </div>
      )}
      {deployment !== undefined && <p className="muted guard-words">{wordsOf(guard)}</p>}
    </>
  );
}

function Counter({ name, value }: { name: string; value: ReactNode }): ReactNode {
  return (
    <div>
      <span className="counter-value number">{value ?? '–'}</span>
      <span className="counter-name muted">{name}</span>
    </div>
  );
}

/** The time that the guard counts: from the creation, or from the prompt that revived the deployment. */
function TimeLimit({ guard, endedAt }: { guard: Guard; endedAt: string | undefined }): ReactNode {
  const seconds = useSeconds(guard.runStartedAt, endedAt);
  const limit = guard.maxDurationSeconds ?? 0;
  return (
    <Progress
      label="Time"
      value={seconds}
      max={limit}
      text={`${toDuration(seconds)} of ${toDuration(limit)}`}
      warnAt={guard.warnAt}
    />
  );
}

function wordsOf(guard: Guard | undefined): string {
  if (guard === undefined) return 'It has no guard: only you or a budget stops it.';
  const others = [guard.stopOnRuntimeError && 'a runtime error', guard.stopOnWarning && 'a warning'].filter(
    (one) => one !== false,
  );
  const also = others.length > 0 ? `, or at ${others.join(' or ')}` : '';
  const isLimited = guard.maxTokens != null || guard.maxTurns != null || guard.maxDurationSeconds != null;
  if (!isLimited && others.length > 0) return `The guard stops it at ${others.join(' or ')}.`;
  return isLimited ? `The guard stops it beyond a limit${also}.` : 'Its guard has no limits.';
}
