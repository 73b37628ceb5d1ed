import { isQuantgateError, type Message } from '@quantgate/client';
import { memo, type ReactNode } from 'react';
import { EmptyState } from '../../design/empty-state.tsx';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import { Badge } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';
import { Part } from './part.tsx';
import type { Known } from './use-known.ts';

type Failures = NonNullable<Known['facts']>['failures'];

/** What was said, message by message. */
export function Conversation({
  known,
  isWaiting,
  onFiles,
}: {
  known: Known;
  /** The deployment has not ended: something will be said. */
  isWaiting: boolean;
  /** Shows the files as they were after a message. */
  onFiles?: (index: number) => void;
}): ReactNode {
  const { messages, facts, transcript, error, isLoading } = known;
  if (messages.length === 0) {
    if (isQuantgateError(error, 'NOT_FOUND')) {
      return (
        <EmptyState title="No conversation is kept" icon="Deployments">
          It was erased, or is older than transcripts are kept.
        </EmptyState>
      );
    }
    if (error != null) return <Failure error={error} />;
    if (isLoading && !isWaiting) return <Loading />;
    return (
      <EmptyState title={isWaiting ? 'Nothing said yet' : 'Nothing was said'} icon="Deployments">
        {isWaiting ? 'The conversation appears here as soon as an agent node takes it.' : undefined}
      </EmptyState>
    );
  }
  return (
    <section className="stack" aria-label="Conversation">
      {transcript !== undefined && (
        <div className="notice tone-neutral" role="status">
          <p>
            From the transcript that this gateway keeps, read <Time at={transcript.readAt} />.
          </p>
        </div>
      )}
      <ol className="messages">
        {messages.map((message) => (
          <MessageItem
            key={message.index}
            message={message}
            agent={nameOf(message, facts)}
            failures={facts?.failures}
            onFiles={onFiles}
          />
        ))}
      </ol>
    </section>
  );
}

/** The agents of a conversation are named only where there is more than one. */
function nameOf({ agentId }: Message, facts: Known['facts']): string | undefined {
  if (agentId == null) return undefined;
  return facts?.agents.find(({ id }) => id === agentId)?.name ?? `agent ${agentId}`;
}

const MessageItem = memo(function MessageItem({
  message,
  agent,
  failures = [],
  onFiles,
}: {
  message: Message;
  agent: string | undefined;
  failures?: Failures | undefined;
  onFiles?: ((index: number) => void) | undefined;
}): ReactNode {
  const own = failures.filter(({ messageIndex }) => messageIndex === message.index);
  const writes = message.parts.some((part) => part.__typename === 'ToolPart' && isWrite(part.toolName));
  return (
    <li
      className={`message is-${message.role === 'user' ? 'user' : 'agent'}`}
      id={`message-${message.index}`}
    >
      <div className="message-header">
        <span className="message-role">{ROLES[message.role] ?? message.role}</span>
        {agent !== undefined && <span className="muted">{agent}</span>}
        {own.length > 0 && (
          <Badge tone={own.some(({ errors }) => errors.length > 0) ? 'bad' : 'warn'}>{countOf(own)}</Badge>
        )}
        <span className="message-aside muted">
          {writes && onFiles !== undefined && (
            <button type="button" className="link" onClick={() => onFiles(message.index)}>
              Files after this
            </button>
          )}
          <Time at={toIso(message.time)} form="time" />
        </span>
      </div>
      {message.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts are only added
        <Part key={index} part={part} failures={own} />
      ))}
    </li>
  );
});

const ROLES: Readonly<Record<string, string>> = { user: 'You', assistant: 'Agent', system: 'System' };

/** Tools by which agents write files. */
export function isWrite(toolName: string): boolean {
  return /^(create|edit|update|delete|write|rename)_?file/i.test(toolName);
}

function countOf(failures: Failures): string {
  const errors = failures.reduce((sum, one) => sum + one.errors.length, 0);
  const warnings = failures.reduce((sum, one) => sum + one.warnings.length, 0);
  const words = [
    errors > 0 && `${errors} ${errors === 1 ? 'error' : 'errors'}`,
    warnings > 0 && `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
  ];
  return words.filter(Boolean).join(', ');
}

/** The upstream's times are UTC and say no zone. */
function toIso(time: string | null | undefined): string | undefined {
  if (time == null) return undefined;
  return /^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)?$/.test(time) ? `${time.replace(' ', 'T')}Z` : time;
}
