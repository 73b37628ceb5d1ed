import { styleText } from 'node:util';

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
function dim(text: string): string {
  return styleText('dim', text);
}
function bold(text: string): string {
  return styleText('bold', text);
}

/** Ways to print to the terminal. */
export const say = {
  title: (text: string): void => write(`\n${bold(text)}`),
  step: (what: string, text: string): void => write(`  ${dim(what.padEnd(11))} ${text}`),
  note: (text: string): void => write(dim(text)),
};

/** A pushed event. */
export type EventPush = {
  event: { id: string; type: string; status: string; previousStatus: string | null; occurredAt: string };
};

/** A pushed message. */
export type MessagePush = {
  message: {
    index: number;
    role: string;
    parts: { type: string; text?: string; toolName?: string; state?: string }[];
  };
};

const COLORS = { COMPLETED: 'green', FAILED: 'red', STOPPED: 'yellow', RUNNING: 'cyan' } as const;

export function showEvent({ event }: EventPush): void {
  const color = COLORS[event.status as keyof typeof COLORS] ?? 'blue';
  const status = styleText(color, event.status);
  const from = event.previousStatus === null ? '' : `${event.previousStatus} → `;
  write(
    `  ${dim(event.occurredAt.slice(11, 23))} ${bold('event')}   #${event.id} ${event.type} ${from}${status}`,
  );
}

/** Shows the new part of a message: the gateway pushes the whole message after each change. */
export function createMessagePrinter(): (push: MessagePush) => void {
  const shown = new Map<string, string>();
  return ({ message }) => {
    message.parts.forEach((part, position) => {
      const line = lineOf(message.role, part);
      const place = `${message.index}.${position}`;
      if (line === undefined || shown.get(place) === line) return;
      shown.set(place, line);
      write(`  ${' '.repeat(12)} ${dim(`message ${message.index}`)} ${line}`);
    });
  };
}

function lineOf(role: string, part: MessagePush['message']['parts'][number]): string | undefined {
  if (part.toolName !== undefined) return `${dim('tool     ')} ${part.toolName} ${dim(part.state ?? '')}`;
  if (part.text === undefined) return undefined;
  return `${dim((part.type === 'text' ? role : part.type).padEnd(9))} ${part.text}`;
}

/** A pushed AI task. */
export type AiTaskPush = {
  task: {
    title: string;
    status: string;
    progressMessage: string | null;
    result: { deploymentId?: string; files?: string[]; outputTokens?: number } | null;
  };
};

const AI_COLORS = { COMPLETED: 'green', FAILED: 'red', IN_PROGRESS: 'cyan' } as const;

/** Shows each AI task when its status or progress has changed; reports when `count` of them are completed. */
export function createAiTaskPrinter(count: number, onDone: () => void): (push: AiTaskPush) => void {
  const shown = new Map<string, string>();
  const completed = new Set<string>();
  return ({ task: { title, status, progressMessage, result } }) => {
    const color = AI_COLORS[status as keyof typeof AI_COLORS] ?? 'blue';
    const files = result?.files?.join(', ') || 'no files';
    const more = result === null ? (progressMessage ?? '') : `${result.outputTokens} tokens, ${files}`;
    const line = `${bold(title.padEnd(16))} ${styleText(color, status.padEnd(12))} ${dim(more)}`;
    if (shown.get(title) === line) return;
    shown.set(title, line);
    write(`  ${line}`);
    if (status === 'COMPLETED') completed.add(title);
    if (completed.size === count) onDone();
  };
}
