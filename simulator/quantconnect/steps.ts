import type { Callable } from './records.ts';
import type { DeploymentScript } from './script.ts';

/** One open object of the vendor's `UIMessage` format (docs/upstream/quantconnect.md, Messages and parts). */
export type Part = Record<string, unknown>;

/** What the parts of a step are made from. */
export interface StepContext {
  /** Number of the step in the whole conversation's round, from 0. */
  index: number;
  callId: string;
  prompt: string;
  projectId: number;
  backtest: DeploymentScript['backtest'];
  callables: Callable[];
  /** The text at the end of the step. */
  closing: string;
  empty: () => unknown;
}

/** The fractions of a step at which reasoning, input, call, output and text are done. */
const REASONED = 0.2;
const TYPED = 0.4;
const CALLED = 0.6;
const ANSWERED = 0.8;

function share(fraction: number, from: number, to: number) {
  return Math.min(1, Math.max(0, (fraction - from) / (to - from)));
}
function grown(text: string, part: number) {
  return text.slice(0, Math.ceil(text.length * part));
}
function state(part: number) {
  return part < 1 ? 'streaming' : 'done';
}

/**
 * The parts of a step at this fraction of it. With time, parts only get longer and more complete
 * (docs/upstream/quantconnect.md, Messages and parts).
 */
export function partsOf(step: StepContext, fraction: number): Part[] {
  const reasoning = `Step ${step.index + 1}: what "${step.prompt}" needs next.`;
  const reasoned = share(fraction, 0, REASONED);
  const parts: Part[] = [
    { type: 'step-start' },
    { type: 'reasoning', text: grown(reasoning, reasoned), state: state(reasoned) },
  ];
  if (fraction >= REASONED) parts.push(toolPart(step, fraction));
  if (fraction >= ANSWERED) {
    const written = share(fraction, ANSWERED, 1);
    parts.push({ type: 'text', text: grown(step.closing, written), state: state(written) });
  }
  return parts;
}

interface Tool {
  name: string;
  input: Record<string, unknown>;
  output?: unknown;
  errorText?: string;
}

/** The callable agent that a step calls, if it calls one. */
export function calledIn(index: number, callables: Callable[]): Callable | undefined {
  if (callables.length === 0 || index % 4 !== 1) return undefined;
  return callables[Math.floor(index / 4) % callables.length];
}

function toolOf(step: StepContext): Tool {
  const callable = calledIn(step.index, step.callables);
  if (callable) {
    const input = { agentId: callable.id, callableId: callable.callableId, prompt: step.prompt };
    return { name: 'call_agent', input, output: result('ok') };
  }
  const write = (name: string, version: number) => ({
    name,
    input: { filePath: 'main.py', content: `# version ${version}\nclass Algorithm:\n    pass\n` },
    output: result('ok'),
  });
  if (step.index % 3 === 0) return write('create_file', step.index + 1);
  if (step.index % 3 === 1) return write('edit_file', step.index + 1);
  return { name: 'create_backtest', input: { projectId: step.projectId }, ...backtestEnd(step.backtest) };
}

/** The failures that a vendor's script checks (docs/upstream/quantconnect.md, Tool calls; observed). */
function backtestEnd(backtest: DeploymentScript['backtest']): Pick<Tool, 'output' | 'errorText'> {
  switch (backtest) {
    case 'runtimeError':
      return { output: result('failed', { errors: ['The backtest ended with a runtime error.'] }) };
    case 'warnings':
      return { output: result('ok', { warnings: ['The backtest traded nothing.'] }) };
    case 'outputError':
      return { errorText: 'The tool did not answer.' };
    default:
      return { output: result('ok') };
  }
}

function result(text: string, found: { errors?: string[]; warnings?: string[] } = {}) {
  const { errors = [], warnings = [] } = found;
  return {
    content: [{ type: 'text', text }],
    structuredContent: { success: errors.length === 0, errors, warnings },
    isError: errors.length > 0,
  };
}

function toolPart(step: StepContext, fraction: number): Part {
  const tool = toolOf(step);
  const part = { type: 'dynamic-tool', toolName: tool.name, toolCallId: step.callId };
  if (fraction < TYPED) {
    return { ...part, state: 'input-streaming', input: typedInput(tool.input, fraction, step.empty) };
  }
  if (fraction < CALLED) return { ...part, state: 'input-available', input: tool.input };
  if (tool.errorText !== undefined) {
    return { ...part, state: 'output-error', input: tool.input, errorText: tool.errorText };
  }
  const messages = tool.name === 'call_agent' ? { messages: subMessages(step) } : {};
  return { ...part, state: 'output-available', input: tool.input, output: tool.output, ...messages };
}

/** An input while the model writes it: first empty, then every text gets longer. */
function typedInput(input: Record<string, unknown>, fraction: number, empty: () => unknown): unknown {
  const typed = share(fraction, REASONED, TYPED);
  if (typed === 0) return empty();
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      typeof value === 'string' ? grown(value, typed) : value,
    ]),
  );
}

function subMessages(step: StepContext): Part[] {
  const text = (words: string) => [{ type: 'text', text: words, state: 'done' }];
  return [
    { id: `${step.callId}-user`, role: 'user', parts: text(step.prompt) },
    { id: `${step.callId}-assistant`, role: 'assistant', parts: text(threadAnswer(step.prompt)) },
  ];
}

/** The answer of a called agent. */
export function threadAnswer(prompt: string): string {
  return `Looked into "${prompt}".`;
}

/** The fraction of a called agent's answer at this fraction of the step that called it. */
export function threadShare(fraction: number): number {
  return share(fraction, TYPED, CALLED);
}
