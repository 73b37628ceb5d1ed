import { decodeConversation } from './decode-conversation.ts';
import { withoutLlmKeys } from './llm-keys.ts';
import type { Conversation } from './model.ts';

/** A conversation, and what it was decoded from. */
export interface ConversationRead {
  conversation: Conversation;
  /** The upstream's object as it came. It may hold LLM keys, which `toTranscript` leaves out. */
  source: unknown;
}

/**
 * The text of a conversation that is kept: the upstream's own JSON, so that a later decoder that knows more of it can read
 * it again.
 */
export function toTranscript(source: unknown): string {
  return JSON.stringify(withoutLlmKeys(source ?? null));
}

/** Decodes what `toTranscript` made. What the decoder does not know was reported when it was read. */
export function fromTranscript(deploymentId: string, text: string): Conversation {
  return decodeConversation(deploymentId, JSON.parse(text), () => undefined);
}
