import { isJsonObject } from '../../lib/json.ts';
import type { ReportFinding } from '../fields/drift.ts';
import { readFree, readFreeElements, readWhole } from '../fields/free-values.ts';
import type { ObjectReader } from '../fields/object-reader.ts';
import { readObject } from '../fields/read.ts';
import { withoutLlmKeys, withoutSecrets } from './llm-keys.ts';
import type { Conversation, ConversationMessage, MessagePart } from './model.ts';
import { isKnownStatus } from './status.ts';

const DYNAMIC_TOOL = 'dynamic-tool';
const NAMED_TOOL = /^tool-(.+)$/;
const ROLES = new Set(['user', 'assistant', 'system']);
const TEXT_STATES = new Set(['streaming', 'done']);
const TOOL_STATES = new Set([
  'input-streaming',
  'input-available',
  'approval-requested',
  'approval-responded',
  'output-available',
  'output-error',
  'output-denied',
]);
/** Types of parts that are shown as they are (docs/upstream/quantconnect.md, Messages and parts). */
const OTHER_TYPES = new Set(['step-start', 'file', 'source-url', 'source-document']);

/**
 * Decodes a conversation (docs/upstream/quantconnect.md, Conversations); absent, null and `[]` are an empty one.
 * Never throws.
 */
export function decodeConversation(
  deploymentId: string,
  value: unknown,
  report: ReportFinding,
): Conversation {
  // What tools and agents have said is passed on, and an agent's key may stand in it.
  const conversation = readObject(withoutLlmKeys(value), 'conversation', report, (reader) =>
    decodeFields(deploymentId, reader),
  );
  if (conversation !== undefined) return conversation;
  const isNone = value == null || (Array.isArray(value) && value.length === 0);
  if (!isNone) report({ path: 'conversation', kind: 'UNEXPECTED_SHAPE' });
  return emptyConversation(deploymentId);
}

/** A conversation in which nothing was said yet. */
export function emptyConversation(deploymentId: string): Conversation {
  return {
    deploymentId,
    inputTokens: 0,
    outputTokens: 0,
    aggregateStatus: null,
    projectId: null,
    prompt: null,
    channel: null,
    agents: [],
    messages: [],
    incompleteLists: [],
    isComplete: true,
    raw: null,
  };
}

function decodeFields(deploymentId: string, conversation: ObjectReader): Conversation {
  conversation.known('userId', 'organizationId', 'notificationTargets', 'agentProperties', 'chatMessages');
  if (conversation.id('id') !== deploymentId) conversation.leave('id');
  return {
    deploymentId,
    inputTokens: conversation.count('inputTokens'),
    outputTokens: conversation.count('outputTokens'),
    aggregateStatus: conversation.word('aggregateStatus', isKnownStatus),
    projectId: conversation.id('projectId'),
    prompt: conversation.text('prompt'),
    channel: conversation.text('channel'),
    agents: conversation.list('agents', (agent) => ({
      id: agent.id('id'),
      name: agent.text('name'),
      callableId: agent.id('callableId'),
    })),
    messages: conversation.list('messages', decodeMessage, decodeOddMessage),
    incompleteLists: conversation.incompleteLists(),
    isComplete: conversation.incompleteLists().length === 0,
    raw: withoutSecrets(conversation.raw()),
  };
}

function decodeMessage(message: ObjectReader, index: number): ConversationMessage {
  const metadata = readFree(message, 'metadata');
  return {
    index,
    id: message.textUnlessEmpty('id'),
    role: message.word('role', (role) => ROLES.has(role)) ?? 'unknown',
    time: message.textUnlessEmpty('time'),
    metadata,
    agentId: agentIdOf(metadata),
    parts: message.list('parts', decodePart, decodeOddPart),
  };
}

/** Any message is kept, because its index is a cursor for clients and must not move. */
function decodeOddMessage(value: unknown, index: number): ConversationMessage {
  const nothing = { id: null, role: 'unknown', time: null, metadata: null, agentId: null };
  return { index, ...nothing, parts: [decodeOddPart(value)] };
}

/** The agent that a message is from, in a chain of agents. */
function agentIdOf(metadata: unknown): string | null {
  const agentId = isJsonObject(metadata) ? metadata.agentId : null;
  return typeof agentId === 'string' || Number.isSafeInteger(agentId) ? String(agentId) : null;
}

function decodePart(part: ObjectReader): MessagePart {
  part.keepRaw();
  const type = part.text('type') ?? '';
  if (type === 'text' || type === 'reasoning') {
    part.known('id', 'providerMetadata');
    const text = part.text('text') ?? '';
    const state = part.word('state', (word) => TEXT_STATES.has(word));
    return { kind: type, type, text, state, raw: rawOf(part) };
  }
  const tool = type === DYNAMIC_TOOL ? (part.text('toolName') ?? '') : NAMED_TOOL.exec(type)?.[1];
  if (tool !== undefined) return decodeToolPart(part, type, tool);
  if (!OTHER_TYPES.has(type) && !type.startsWith('data-')) part.note('type', 'UNKNOWN_WORD');
  return { kind: 'other', type: type || 'unknown', raw: readWhole(part) };
}

/** A part that is no object is kept as it is. */
function decodeOddPart(value: unknown): MessagePart {
  return { kind: 'other', type: 'unknown', raw: value ?? {} };
}

/** A tool call (docs/upstream/quantconnect.md, Tool calls). */
function decodeToolPart(part: ObjectReader, type: string, toolName: string): MessagePart {
  part.known('providerExecuted', 'preliminary', 'approval', 'callProviderMetadata');
  return {
    kind: 'tool',
    type,
    toolName,
    toolCallId: part.id('toolCallId'),
    state: part.word('state', (word) => TOOL_STATES.has(word)),
    title: part.text('title'),
    input: objectLike(readFree(part, 'input')),
    output: objectLike(readFree(part, 'output')),
    errorText: part.text('errorText'),
    messages: readFreeElements(part, 'messages'),
    raw: rawOf(part),
  };
}

/** The upstream writes an empty object as `[]` (docs/upstream/quantconnect.md, Loose values). */
function objectLike(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? {} : value;
}

function rawOf(part: ObjectReader): unknown {
  return withoutSecrets(part.raw()) ?? {};
}
