/** What is needed of a conversation to count its turns. */
interface Turns {
  messages: readonly { role: string; parts: readonly { type: string }[] }[];
}

/** The part with which each turn of an agent begins (docs/upstream/quantconnect.md, Messages and parts). */
const STEP_START = 'step-start';

/** The turns of a conversation: its `step-start` parts; where it has none, its messages of the assistant. */
export function countTurns({ messages }: Turns): number {
  const steps = messages.flatMap(({ parts }) => parts).filter(({ type }) => type === STEP_START);
  return steps.length > 0 ? steps.length : messages.filter(({ role }) => role === 'assistant').length;
}
