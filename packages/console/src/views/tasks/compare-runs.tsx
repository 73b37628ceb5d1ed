import { useClient } from '@quantgate/react';
import { useQueries } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { StatusBadge } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';
import { RunTranscriptDocument, type RunTranscriptQuery } from '../../generated/graphql.ts';
import { FirstFailure } from './first-failure.tsx';
import { durationInWords, endInWords, orNull, type Run, type RunUsage, secondsBetween } from './runs.ts';

type Conversation = NonNullable<RunTranscriptQuery['transcript']>['conversation'];

/** A row of the comparison: what it shows of a run. */
interface Aspect {
  name: string;
  render: (run: Run, usage: RunUsage | undefined, said: Conversation | undefined) => ReactNode;
}

const ASPECTS: readonly Aspect[] = [
  { name: 'Outcome', render: (run) => <StatusBadge status={run.status} /> },
  { name: 'Why it ended', render: (run) => endInWords(run) ?? <span className="muted">by itself</span> },
  { name: 'Created', render: ({ createdAt }) => <Time at={createdAt} /> },
  {
    name: 'In the queue',
    render: ({ createdAt, startedAt }) => durationInWords(secondsBetween(createdAt, startedAt)),
  },
  { name: 'Ran', render: ({ startedAt, endedAt }) => durationInWords(secondsBetween(startedAt, endedAt)) },
  { name: 'Input tokens', render: (_run, usage) => usage?.inputTokens.toLocaleString() ?? '–' },
  { name: 'Output tokens', render: (_run, usage) => usage?.outputTokens.toLocaleString() ?? '–' },
  { name: 'Turns', render: (_run, usage) => usage?.turns.toLocaleString() ?? '–' },
  { name: 'Model', render: ({ model }) => model ?? <span className="muted">of the organization</span> },
  { name: 'First failure', render: (run) => <FirstFailure run={run} /> },
  { name: 'Tool calls', render: (_run, _usage, said) => (said === undefined ? '–' : toolsOf(said)) },
  {
    name: 'Files',
    render: (_run, _usage, said) => said?.files.map(({ path }) => <div key={path}>{path}</div>) ?? '–',
  },
  {
    name: 'Last words',
    render: (_run, _usage, said) => (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by the keyboard
      <div className="compare-answer" tabIndex={0}>
        {(said && lastWordsOf(said)) ?? '–'}
      </div>
    ),
  },
];

/** Several runs of a task side by side. */
export function CompareRuns({
  runs,
  usage,
}: {
  runs: readonly Run[];
  usage: ReadonlyMap<string, RunUsage>;
}): ReactNode {
  const client = useClient();
  const transcripts = useQueries({
    queries: runs.map((run) => ({
      queryKey: ['run-transcript', run.id, run.endedAt],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        orNull(client.send(RunTranscriptDocument, { deploymentId: run.id }, { signal })),
    })),
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by the keyboard
    <section className="compare-frame" aria-label="Runs side by side" tabIndex={0}>
      <table className="compare">
        <colgroup>
          <col />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Run</th>
            {runs.map(({ id }) => (
              <th key={id} scope="col">
                <Link to={`/deployments/${id}`}>
                  <code>{id.slice(0, 12)}</code>
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ASPECTS.map(({ name, render }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {runs.map((run, at) => (
                <td key={run.id} className="number">
                  {render(run, usage.get(run.id), transcripts[at]?.data?.transcript?.conversation)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** `2 create_file, 1 create_backtest`. */
function toolsOf({ messages }: Conversation): string {
  const counts = new Map<string, number>();
  for (const { parts } of messages)
    for (const part of parts)
      if ('toolName' in part) counts.set(part.toolName, (counts.get(part.toolName) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
}

function lastWordsOf({ messages }: Conversation): string | undefined {
  const said = messages.filter(({ role }) => role === 'assistant').flatMap(({ parts }) => parts);
  return said.flatMap((part) => ('text' in part && part.text ? [part.text] : [])).at(-1);
}
