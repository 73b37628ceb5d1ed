import { z } from 'zod';
import { anything } from '../loose-fields.ts';
import type { Conversation, MessagePart } from './model.ts';

/** A tool call that went wrong, or that warned. */
export interface ToolFailure {
  /** Position of the message it belongs to. */
  messageIndex: number;
  toolName: string;
  errors: string[];
  warnings: string[];
}

/** A file as the agent's last write left it. */
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
/** An MCP result (upstream page 8.2): the tool's own verdict, and the protocol's. */
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
  const said = [
    ...(result?.errors ?? []),
    ...(part.errorText ? [part.errorText] : []),
    ...(output?.isError === true
      ? output.content.flatMap((item) => textContent.safeParse(item).data?.text ?? [])
      : []),
  ];
  return { errors: said.length > 0 ? [...new Set(said)] : [NO_REASON], warnings };
}

/** Tool calls that failed or warned, in order: by the tool's word, the protocol's, or the call's state. */
export function failuresOf(conversation: Conversation): ToolFailure[] {
  return toolPartsOf(conversation).flatMap(({ messageIndex, part }) => {
    const failure = failureOf(part);
    return failure ? [{ messageIndex, toolName: part.toolName, ...failure }] : [];
  });
}

/**
 * Files as the `create_file` and `edit_file` calls left them, replayed in order, each at the place of its
 * first write. A call still being written, or that failed, wrote nothing.
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
