import { useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { endInWords, failuresQuery, type Run } from './runs.ts';

/** What first went wrong in a run: a tool call that failed, else the error, or why it was stopped. */
export function FirstFailure({ run }: { run: Run }): ReactNode {
  const client = useClient();
  const { data, isLoading, error } = useQuery(failuresQuery(client, run));
  const tool = data?.transcript?.conversation.failures[0];
  const words = [
    tool && `${tool.toolName}: ${[...tool.errors, ...tool.warnings][0] ?? 'failed'}`,
    run.runtimeError,
    endInWords(run),
  ].filter((one) => one != null && one !== '');
  const [first] = words;
  if (first != null)
    return (
      <span className="cut" title={words.join('\n')}>
        {first}
      </span>
    );
  if (error !== null) return <span className="muted">could not be read: {error.message}</span>;
  return <span className="muted">{!run.isTerminal ? 'none so far' : isLoading ? '…' : 'none'}</span>;
}
