import { z } from 'zod';
import { anything, text, textOrEmpty, textUnlessEmpty } from '../loose-fields.ts';
import { count, objectOrNull } from './fields.ts';
import type { Conversation, ConversationMessage, MessagePart } from './model.ts';

/** What a part may say about itself; everything is optional, and unknown kinds are kept whole. */
const partFields = z.object({
  type: textOrEmpty,
  text: textOrEmpty,
  toolName: textOrEmpty,
  toolCallId: text,
  state: text,
  errorText: text,
});

const messageFields = z.object({
  id: textUnlessEmpty,
  role: textOrEmpty,
  time: textUnlessEmpty,
  parts: anything,
});

const DYNAMIC_TOOL = 'dynamic-tool';
const NAMED_TOOL = /^tool-(.+)$/;

/** `[]` is how the upstream writes an empty object (upstream page, section 10). */
function objectLike(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? {} : (value ?? null);
}

function decodePart(raw: unknown): MessagePart {
  const fields = partFields.safeParse(raw).data;
  if (!fields) return { kind: 'other', type: 'unknown', raw };
  const { type } = fields;
  if (type === 'text' || type === 'reasoning') return { kind: type, type, text: fields.text };
  const named = NAMED_TOOL.exec(type)?.[1];
  if (type !== DYNAMIC_TOOL && named === undefined) return { kind: 'other', type: type || 'unknown', raw };
  const { input, output } = raw as { input?: unknown; output?: unknown };
  return {
    kind: 'tool',
    type,
    toolName: named ?? fields.toolName,
    toolCallId: fields.toolCallId,
    state: fields.state,
    input: objectLike(input),
    output: objectLike(output),
    errorText: fields.errorText,
  };
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A message keeps its position whatever it looks like: the index is a cursor for clients. */
function decodeMessage(raw: unknown, index: number): ConversationMessage {
  const fields = messageFields.safeParse(raw).data;
  if (!fields) return { index, id: null, role: 'unknown', time: null, parts: [decodePart(raw)] };
  const { parts, role, ...same } = fields;
  return { index, ...same, role: role || 'unknown', parts: arrayOf(parts).map(decodePart) };
}

const conversationFields = objectOrNull(
  z.object({ inputTokens: count, outputTokens: count, messages: anything }),
);

/** A conversation of the wire (upstream page, section 8); absent, null and `[]` are an empty one. Never throws. */
export function decodeConversation(deploymentId: string, raw: unknown): Conversation {
  const fields = conversationFields.parse(raw);
  return {
    deploymentId,
    inputTokens: fields?.inputTokens ?? 0,
    outputTokens: fields?.outputTokens ?? 0,
    messages: arrayOf(fields?.messages).map(decodeMessage),
  };
}
