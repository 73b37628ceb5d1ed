import { isJsonObject } from '../../lib/json.ts';
import type { ConversationMessage } from '../../upstream/quantconnect/model.ts';
import { createPartIds, type MappedPart, mapPart, type UiPart, type UiTextPart } from './ui-parts.ts';

/** A message in the form of the AI SDK's `UIMessage`. */
export interface UiMessage {
  id: string;
  role: 'system' | 'user' | 'assistant';
  metadata?: Record<string, unknown>;
  parts: UiPart[];
}

/** A UI message, and the messages of the conversation that it is made of. */
export interface MappedMessage {
  id: string;
  role: UiMessage['role'];
  metadata: Record<string, unknown> | undefined;
  parts: MappedPart[];
  /** The index of its first and of its last message. */
  first: number;
  last: number;
}

/** Consecutive messages of the assistant are one UI message with the first one's id; every other message is one by itself. */
export function mapMessages(messages: readonly ConversationMessage[]): MappedMessage[] {
  const groups: ConversationMessage[][] = [];
  for (const message of messages) {
    const group = groups.at(-1);
    const isSame = roleOf(message) === 'assistant' && group?.[0] && roleOf(group[0]) === 'assistant';
    if (isSame) group.push(message);
    else groups.push([message]);
  }
  return groups.map(mapGroup);
}

/** A conversation as `useChat` shows it. */
export function toUiMessages(messages: readonly ConversationMessage[]): UiMessage[] {
  return mapMessages(messages).map(toUiMessage);
}

export function toUiMessage({ id, role, metadata, parts }: MappedMessage): UiMessage {
  return { id, role, ...(metadata && { metadata }), parts: parts.map(({ part }) => part) };
}

/** What a user has written, as one text. */
export function textOf({ parts }: ConversationMessage): string {
  return parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n');
}

/** What neither the user nor the system has said is from the agent. */
export function roleOf({ role }: ConversationMessage): UiMessage['role'] {
  return role === 'user' || role === 'system' ? role : 'assistant';
}

function mapGroup(group: readonly ConversationMessage[]): MappedMessage {
  const [head] = group as readonly [ConversationMessage];
  const ids = createPartIds();
  const metadata = group.map((message) => message.metadata).filter(isJsonObject);
  return {
    id: head.id ?? `message-${head.index}`,
    role: roleOf(head),
    metadata: metadata.length === 0 ? undefined : Object.assign({}, ...metadata),
    parts: group.flatMap((message) =>
      message.parts.map((part, number) =>
        withOwnState(mapPart(part, `${message.index}-${number}`, ids), message),
      ),
    ),
    first: head.index,
    last: group.at(-1)?.index ?? head.index,
  };
}

/** What the agent has said is whole when nothing says that it grows; of others nothing is known. */
function withOwnState(mapped: MappedPart, message: ConversationMessage): MappedPart {
  if (mapped.growth !== 'unstated' || roleOf(message) === 'assistant') return mapped;
  const { state: _, ...part } = mapped.part as UiTextPart;
  return { ...mapped, part };
}
