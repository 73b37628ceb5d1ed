import type { Message } from '@quantgate/client';
import type { ReactNode } from 'react';
import { Badge, type Tone, toWords } from '../../design/status-badge.tsx';

type PartOf = Message['parts'][number];
type Tool = Extract<PartOf, { __typename: 'ToolPart' }>;

interface FailureOfTool {
  toolName: string;
  errors: readonly string[];
  warnings: readonly string[];
}

/** One part of a message. Texts of the upstream are text: never HTML. */
export function Part({ part, failures }: { part: PartOf; failures: readonly FailureOfTool[] }): ReactNode {
  switch (part.__typename) {
    case 'TextPart':
      return part.text === '' ? null : <p className="message-text">{part.text}</p>;
    case 'ReasoningPart':
      return (
        <details className="fold">
          <summary>
            <span className="fold-name">Reasoning</span>
            <span className="fold-hint muted">{part.text}</span>
          </summary>
          <p className="message-text muted">{part.text}</p>
        </details>
      );
    case 'ToolPart':
      return <ToolCall part={part} failures={failures} />;
    default:
      return part.type === 'step-start' ? null : (
        <details className="fold">
          <summary>
            <span className="fold-name">{toWords(part.type.replaceAll('-', '_'))}</span>
          </summary>
          <Json value={part.raw} />
        </details>
      );
  }
}

/** The states of a call that are worth a word; `output-available` is not. */
const STATES: Readonly<Record<string, readonly [string, Tone]>> = {
  'input-streaming': ['Being written', 'info'],
  'input-available': ['Runs', 'info'],
  'output-available': ['Done', 'good'],
  'output-error': ['Failed', 'bad'],
};

function ToolCall({ part, failures }: { part: Tool; failures: readonly FailureOfTool[] }): ReactNode {
  const isOver = part.state?.startsWith('output') ?? false;
  const own = isOver ? failures.filter(({ toolName }) => toolName === part.toolName) : [];
  const errors = [...(part.errorText ? [part.errorText] : []), ...own.flatMap((one) => one.errors)];
  const warnings = own.flatMap((one) => one.warnings);
  const [words, tone] =
    errors.length > 0
      ? (['Failed', 'bad'] as const)
      : warnings.length > 0
        ? (['Warning', 'warn'] as const)
        : (STATES[part.state ?? ''] ?? [part.state ?? 'Called', 'neutral' as const]);
  return (
    <details className={errors.length > 0 ? 'fold is-bad' : 'fold'}>
      <summary>
        <code className="fold-name">{part.title ?? part.toolName}</code>
        <span className="fold-hint muted">{hintOf(part.input)}</span>
        <Badge tone={tone} isLive={tone === 'info'}>
          {words}
        </Badge>
      </summary>
      {[...new Set(errors)].map((text) => (
        <p key={text} className="notice tone-bad">
          {text}
        </p>
      ))}
      {[...new Set(warnings)].map((text) => (
        <p key={text} className="notice tone-warn">
          {text}
        </p>
      ))}
      <h3 className="fold-title">Input</h3>
      <Json value={part.input} />
      {part.output != null && (
        <>
          <h3 className="fold-title">Output</h3>
          <Json value={part.output} />
        </>
      )}
      {part.messages.length > 0 && (
        <>
          <h3 className="fold-title">What the called agent said</h3>
          <Json value={part.messages} />
        </>
      )}
    </details>
  );
}

/** The first short text of the input: mostly a path or an id. */
function hintOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  const values = Object.values(input).filter((one) => typeof one === 'string' || typeof one === 'number');
  return String(values[0] ?? '').slice(0, 200);
}

/** Any JSON value; a text of several lines keeps its lines. */
function Json({ value }: { value: unknown }): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long value is scrolled by the keyboard
    <pre className="code" tabIndex={0}>
      {JSON.stringify(value, null, 2)?.replaceAll('\\n', '\n') ?? 'null'}
    </pre>
  );
}
