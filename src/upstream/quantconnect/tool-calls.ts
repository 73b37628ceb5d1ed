import { asJsonObject, isJsonObject } from '../../lib/json.ts';
import type { Conversation, MessagePart } from './model.ts';

/** A file as the agent's writes left it. */
export interface ConversationFile {
  path: string;
  content: string;
}

/** A tool call that failed, or that gave warnings. */
export interface ToolFailure {
  /** Position of the message it belongs to. */
  messageIndex: number;
  toolName: string;
  errors: string[];
  warnings: string[];
  /** The files as they were when it failed. Replayed each time it is read. */
  readonly files: ConversationFile[];
}

type ToolPart = Extract<MessagePart, { kind: 'tool' }>;

/** A tool call and its position among all tool calls. */
interface ToolCall {
  messageIndex: number;
  part: ToolPart;
}

const FILE_TOOLS = new Set(['create_file', 'edit_file']);
const REFUSED_STATES = new Set(['output-error', 'output-denied']);
const NO_REASON = 'The tool call failed without saying why.';

function toolCallsOf({ messages }: Conversation): ToolCall[] {
  return messages.flatMap(({ index, parts }) =>
    parts.flatMap((part) => (part.kind === 'tool' ? [{ messageIndex: index, part }] : [])),
  );
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The texts of an MCP result: `{type: "text", text}`. */
function contentTextsOf(content: unknown): string[] {
  const items: unknown[] = Array.isArray(content) ? content : [];
  return items.flatMap((item) =>
    isJsonObject(item) && item.type === 'text' && typeof item.text === 'string' ? [item.text] : [],
  );
}

/**
 * What went wrong in a tool call; `undefined` when nothing did. The output is an MCP result
 * (docs/upstream/quantconnect.md, Tool calls): `structuredContent` is the tool's own result, `isError` the protocol's.
 */
function problemsOf(part: ToolPart): Pick<ToolFailure, 'errors' | 'warnings'> | undefined {
  const output = asJsonObject(part.output);
  const result = asJsonObject(output.structuredContent);
  const isError = output.isError === true;
  const failed = result.success === false || isError || REFUSED_STATES.has(part.state ?? '');
  const warnings = textsOf(result.warnings);
  if (!failed) return warnings.length > 0 ? { errors: [], warnings } : undefined;
  const reasons = [
    ...textsOf(result.errors),
    ...(part.errorText ? [part.errorText] : []),
    ...(isError ? contentTextsOf(output.content) : []),
  ];
  return { errors: reasons.length > 0 ? [...new Set(reasons)] : [NO_REASON], warnings };
}

/** The file that a call wrote; `undefined` for a call that wrote none, failed, or whose input is still streaming. */
function writtenFile(part: ToolPart): ConversationFile | undefined {
  if (!FILE_TOOLS.has(part.toolName) || part.state === 'input-streaming') return undefined;
  const { filePath, content } = asJsonObject(part.input);
  if (typeof filePath !== 'string' || filePath === '' || typeof content !== 'string') return undefined;
  const hasFailed = (problemsOf(part)?.errors.length ?? 0) > 0;
  return hasFailed ? undefined : { path: filePath, content };
}

/** The files after some calls, with their last content, in the order of their first write. */
function replay(calls: readonly ToolCall[]): ConversationFile[] {
  const files = new Map<string, string>();
  for (const { part } of calls) {
    const file = writtenFile(part);
    if (file !== undefined) files.set(file.path, file.content);
  }
  return [...files].map(([path, content]) => ({ path, content }));
}

/**
 * The tool calls that failed or gave warnings, in order. A call failed if the tool, the protocol or its state says
 * so.
 */
export function failuresOf(conversation: Conversation): ToolFailure[] {
  const calls = toolCallsOf(conversation);
  return calls.flatMap(({ messageIndex, part }, position) => {
    const problems = problemsOf(part);
    if (problems === undefined) return [];
    const files = () => replay(calls.slice(0, position + 1));
    return [
      {
        messageIndex,
        toolName: part.toolName,
        ...problems,
        get files() {
          return files();
        },
      },
    ];
  });
}

/**
 * The files that the `create_file` and `edit_file` calls wrote, with their last content, in the order of their
 * first write. Calls that failed or whose input is still streaming do not count.
 * @param at index of the last message whose writes count; without it all do
 */
export function filesOf(conversation: Conversation, at = Number.POSITIVE_INFINITY): ConversationFile[] {
  return replay(toolCallsOf(conversation).filter(({ messageIndex }) => messageIndex <= at));
}
