import type { Callable, Deployment } from './records.ts';
import { progressOf, type Round, visibleSteps } from './round.ts';
import { calledIn, type Part, partsOf, threadAnswer, threadShare } from './steps.ts';
import { platformTime } from './time.ts';

interface Message {
  atMs: number;
  id: string;
  role: 'user' | 'assistant';
  parts: Part[];
  extra?: Record<string, unknown>;
}

/** What the messages of a conversation depend on, beside its rounds. */
export interface Lens {
  nowMs: number;
  /** The difference between the simulator's date and its time. */
  skewMs: number;
  empty: () => unknown;
}

/** Every message so far, oldest first. Later reads only add messages, and the last ones may get longer. */
export function messagesOf(deployment: Deployment, lens: Lens): Part[] {
  const messages = deployment.rounds.flatMap((round, index) => roundMessages(deployment, round, index, lens));
  return inOrder(messages, lens);
}

/**
 * The thread of one callable agent (docs/upstream/quantconnect.md, Conversations): its calls and its answers.
 */
export function threadOf(deployment: Deployment, callable: Callable, lens: Lens): Part[] {
  const messages = deployment.rounds.flatMap((round, index) =>
    begunSteps(round, lens.nowMs)
      .filter((step) => calledIn(step.index, deployment.callables) === callable && step.fraction > 0)
      .flatMap((step): Message[] => {
        const share = threadShare(step.fraction);
        const answer = threadAnswer(round.prompt);
        const text = answer.slice(0, Math.ceil(answer.length * share));
        const state = share < 1 ? 'streaming' : 'done';
        const id = `t${index + 1}-${step.index + 1}`;
        return [
          { id: `${id}-user`, atMs: step.atMs, role: 'user', parts: [{ type: 'text', text: round.prompt }] },
          {
            id: `${id}-assistant`,
            atMs: step.atMs,
            role: 'assistant',
            parts: [{ type: 'text', text, state }],
          },
        ];
      }),
  );
  return inOrder(messages, lens);
}

/** A message that began during an earlier round keeps the position of its beginning. */
function inOrder(messages: Message[], { skewMs }: Lens): Part[] {
  return messages
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, id, role, parts, extra }) => ({
      id,
      role,
      time: platformTime(atMs + skewMs),
      parts,
      ...extra,
    }));
}

function begunSteps(round: Round, nowMs: number) {
  const progress = progressOf(round, nowMs);
  return Array.from({ length: visibleSteps(round, nowMs) }, (_, index) => ({
    index,
    atMs: (round.startMs ?? 0) + index * round.stepMs,
    fraction: Math.min(1, progress - index),
  }));
}

function roundMessages(deployment: Deployment, round: Round, roundIndex: number, lens: Lens): Message[] {
  const { script, chain } = deployment;
  const prefix = `m${roundIndex + 1}`;
  const asked: Message = {
    id: `${prefix}-user`,
    atMs: round.askedMs,
    role: 'user',
    parts: [{ type: 'text', text: round.prompt }],
  };
  const messages = [asked];
  let current: { number: number; message: Message } | undefined;

  for (const { index, atMs, fraction } of begunSteps(round, lens.nowMs)) {
    const number = Math.min(Math.floor(index / round.stepsPerMessage), round.messages - 1);
    if (current?.number !== number) {
      const agent = chain[Math.floor((number * round.agents) / round.messages)];
      const extra = round.agents > 1 ? { metadata: { agentId: agent?.id } } : {};
      const id = `${prefix}-assistant-${number + 1}`;
      current = { number, message: { id, atMs, role: 'assistant', parts: [], extra } };
      messages.push(current.message);
    }
    const last = index === round.steps - 1;
    const step = {
      index,
      callId: `call_${roundIndex + 1}_${index + 1}`,
      prompt: round.prompt,
      projectId: deployment.projectId,
      backtest: script.backtest,
      callables: deployment.callables,
      closing: last ? (script.answer ?? 'Done.') : `Step ${index + 1} is done.`,
      empty: lens.empty,
    };
    current.message.parts.push(...partsOf(step, fraction));
  }
  return messages;
}
