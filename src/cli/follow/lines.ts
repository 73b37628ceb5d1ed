import type { LogEvent, Message, Part, Usage } from './model.ts';

/** Width of the first column, and of the indentation below it. */
const MARGIN = 11;

/** A line is broken at this width where the terminal is wider, or there is none. */
const WIDEST = 100;

/** Control characters, with which a text could write anywhere on the terminal. Tabs and line breaks stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A text of an agent or a tool, fit for a terminal. */
export function harmless(text: string): string {
  return text.replace(CONTROL, '');
}

/** Time of day, of this machine. */
export function timeOfDay(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}

/** `7 s`, `2:05` or `1:02:03`. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const pad = (part: number): string => String(part).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${pad(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}

/** `950 tokens`, `12.3k tokens`. */
export function tokens({ inputTokens, outputTokens }: Usage): string {
  const sum = inputTokens + outputTokens;
  if (sum < 10_000) return `${sum} token${sum === 1 ? '' : 's'}`;
  return sum < 1_000_000 ? `${(sum / 1_000).toFixed(1)}k tokens` : `${(sum / 1_000_000).toFixed(2)}M tokens`;
}

/** A text under a word in the margin, broken at words. */
export function underMargin(word: string, text: string, columns = WIDEST): string {
  const width = Math.max(20, Math.min(columns, WIDEST) - MARGIN);
  const lines = harmless(text)
    .trimEnd()
    .split('\n')
    .flatMap((line) => broken(line, width));
  return lines
    .map((line, index) => `${(index === 0 ? word : '').padEnd(MARGIN)}${line}`.trimEnd())
    .join('\n');
}

function broken(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width);
    // A longer word than the line is left to the terminal.
    const end = at > 0 ? at : rest.indexOf(' ');
    if (end <= 0) break;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  return [...lines, rest];
}

/** What an event says, without its time: `RUNNING`, `guard tripped: maxTokens`. */
export function describeEvent({ type, status, rawStatus, reason }: LogEvent): string {
  const why = reason === null ? '' : `: ${reason}`;
  const word = status === 'UNKNOWN' ? `UNKNOWN (${rawStatus})` : status;
  switch (type) {
    case 'CREATED':
      return `created, ${word}`;
    case 'STATUS_CHANGED':
      return `${word}${why}`;
    default:
      return `${type.toLowerCase().replaceAll('_', ' ')}${why}`;
  }
}

/** True when a part does not change any more, as far as its own state says. */
export function isWhole({ state }: Part): boolean {
  return state !== 'streaming' && state !== 'input-streaming' && state !== 'input-available';
}

/** The line of a part; undefined for what has nothing to read. */
export function describePart({ role }: Message, part: Part, columns: number | undefined): string | undefined {
  if (part.toolName !== undefined) {
    const outcome =
      part.state === 'output-error' ? `failed: ${(part.errorText ?? '').split('\n', 1)[0]}` : outcomeOf(part);
    return underMargin('tool', `${part.toolName}  ${outcome}`.trimEnd(), columns);
  }
  if (part.text === undefined || part.text.trim() === '') return undefined;
  const speaker = role === 'user' ? 'you' : role === 'assistant' ? 'agent' : role;
  return underMargin(part.type === 'reasoning' ? 'thinks' : speaker, part.text, columns);
}

function outcomeOf({ state }: Part): string {
  return state === 'output-available' ? 'done' : (state ?? '');
}
