import { z } from 'zod';
import { anything, text, textOrEmpty, textUnlessEmpty } from '../loose-fields.ts';
import { count, objectOrNull } from './fields.ts';
import type { Conversation, ConversationMessage, MessagePart } from './model.ts';

/** Fields of a part. All are optional, and a part of an unknown kind is kept whole. */
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

/** The upstream writes an empty object as `[]` (docs/upstream/quantconnect.md, Loose values). */
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

/** Decodes any message, because its index is a cursor for clients and must not move. */
function decodeMessage(raw: unknown, index: number): ConversationMessage {
  const fields = messageFields.safeParse(raw).data;
  if (!fields) return { index, id: null, role: 'unknown', time: null, parts: [decodePart(raw)] };
  const { parts, role, ...same } = fields;
  return { index, ...same, role: role || 'unknown', parts: arrayOf(parts).map(decodePart) };
}

const conversationFields = objectOrNull(
  z.object({ inputTokens: count, outputTokens: count, messages: anything }),
);

/**
 * Decodes a conversation (docs/upstream/quantconnect.md, Conversations); absent, null and `[]` are an empty one.
 * Never throws.
 */
export function decodeConversation(deploymentId: string, raw: unknown): Conversation {
  const fields = conversationFields.parse(raw);
  return {
    deploymentId,
    inputTokens: fields?.inputTokens ?? 0,
    outputTokens: fields?.outputTokens ?? 0,
    messages: arrayOf(fields?.messages).map(decodeMessage),
  };
}

/** A tool call that failed, or that gave warnings. */
export interface ToolFailure {
  /** Position of the message it belongs to. */
  messageIndex: number;
  toolName: string;
  errors: string[];
  warnings: string[];
}

/** A file after the agent's last write. */
export interface ConversationFile {
  path: string;
  content: string;
}

type ToolPart = Extract<MessagePart, { kind: 'tool' }>;

const texts = z
  .array(anything)
  .transform((items) => items.filter((item) => typeof item === 'string'))
  .catch([]);
const structured = z.object({ success: anything, errors: texts, warnings: texts });
/**
 * An MCP result (docs/upstream/quantconnect.md, Tool calls). `structuredContent` is the tool's own result, `isError`
 * the protocol's.
 */
const toolOutput = z.object({
  isError: anything,
  content: z.array(z.unknown()).catch([]),
  structuredContent: structured.nullable().catch(null),
});
const textContent = z.object({ type: z.literal('text'), text: z.string() });
const fileInput = z.object({ filePath: z.string().min(1), content: z.string() });

const FILE_TOOLS = new Set(['create_file', 'edit_file']);
const REFUSED_STATES = new Set(['output-error', 'output-denied']);
const NO_REASON = 'The tool call failed without saying why.';

function toolPartsOf(conversation: Conversation): { messageIndex: number; part: ToolPart }[] {
  return conversation.messages.flatMap(({ index, parts }) =>
    parts.flatMap((part) => (part.kind === 'tool' ? [{ messageIndex: index, part }] : [])),
  );
}

function failureOf(part: ToolPart): Pick<ToolFailure, 'errors' | 'warnings'> | undefined {
  const output = toolOutput.safeParse(part.output).data;
  const result = output?.structuredContent;
  const failed =
    result?.success === false || output?.isError === true || REFUSED_STATES.has(part.state ?? '');
  const warnings = result?.warnings ?? [];
  if (!failed) return warnings.length > 0 ? { errors: [], warnings } : undefined;
  const reasons = [
    ...(result?.errors ?? []),
    ...(part.errorText ? [part.errorText] : []),
    ...(output?.isError === true
      ? output.content.flatMap((item) => textContent.safeParse(item).data?.text ?? [])
      : []),
  ];
  return { errors: reasons.length > 0 ? [...new Set(reasons)] : [NO_REASON], warnings };
}

/**
 * The tool calls that failed or gave warnings, in order. A call failed if the tool, the protocol or its state says
 * so.
 */
export function failuresOf(conversation: Conversation): ToolFailure[] {
  return toolPartsOf(conversation).flatMap(({ messageIndex, part }) => {
    const failure = failureOf(part);
    return failure ? [{ messageIndex, toolName: part.toolName, ...failure }] : [];
  });
}

/**
 * The files that the `create_file` and `edit_file` calls wrote, with their last content, in the order of their
 * first write. Calls that failed or whose input is still streaming do not count.
 */
export function filesOf(conversation: Conversation): ConversationFile[] {
  const files = new Map<string, string>();
  for (const { part } of toolPartsOf(conversation)) {
    if (!FILE_TOOLS.has(part.toolName) || part.state === 'input-streaming') continue;
    const input = fileInput.safeParse(part.input).data;
    const failed = (failureOf(part)?.errors.length ?? 0) > 0;
    if (input && !failed) files.set(input.filePath, input.content);
  }
  return [...files].map(([path, content]) => ({ path, content }));
}
