import type { ConversationMessage } from '../../upstream/quantconnect/model.ts';
import { type MappedMessage, mapMessages, roleOf, textOf } from './ui-messages.ts';

/** Which UI message of the agent a stream tells. */
export type ChatTarget =
  /** The answer to the first message of the user with this text from an index on. */
  | { kind: 'answer'; from: number; text: string }
  /** What follows the last message of the user, as soon as the messages of the present run are stored. */
  | { kind: 'last' }
  /** The one that begins at an index. */
  | { kind: 'at'; first: number };

/** The message that the stream sends. */
export interface FoundTarget {
  message: MappedMessage;
  /** True when the agent has begun another answer after it: this one changes no more. */
  isFollowed: boolean;
}

/** Where the answer begins: after this index, or at it. Undefined while the message of the user is not there yet. */
export function findStart(
  target: ChatTarget,
  messages: readonly ConversationMessage[],
): { after: number } | { at: number } | undefined {
  switch (target.kind) {
    case 'at':
      return { at: target.first };
    case 'last': {
      const last = messages.findLast((message) => roleOf(message) === 'user');
      if (messages.length === 0) return undefined;
      return { after: last?.index ?? -1 };
    }
    case 'answer': {
      const wanted = wordsOf(target.text);
      const asked = messages.find(
        (message) =>
          message.index >= target.from && roleOf(message) === 'user' && wordsOf(textOf(message)) === wanted,
      );
      return asked && { after: asked.index };
    }
  }
}

/** The answer that begins there; undefined while the agent has not begun it. */
export function findTarget(
  messages: readonly ConversationMessage[],
  start: { after: number } | { at: number },
): FoundTarget | undefined {
  // Only from there on: a long conversation is not mapped again with each change.
  const from = 'at' in start ? start.at : start.after + 1;
  const answers = mapMessages(messages.slice(from)).filter(({ role }) => role === 'assistant');
  const [message] = answers;
  return message && { message, isFollowed: answers.length > 1 };
}

/** The upstream may trim what it stores. */
function wordsOf(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
