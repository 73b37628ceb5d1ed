import { isJsonObject } from '../../lib/json.ts';
import type { MessagePart } from '../../upstream/quantconnect/model.ts';

/** A tool call in the form of the AI SDK; the name of a tool is not known beforehand, so each is dynamic. */
export interface UiToolPart {
  type: 'dynamic-tool';
  toolName: string;
  toolCallId: string;
  state:
    | 'input-streaming'
    | 'input-available'
    | 'approval-requested'
    | 'output-available'
    | 'output-error'
    | 'output-denied';
  input: unknown;
  /** Only of `input-streaming`: the text that the input was read from. */
  rawInput?: string;
  output?: unknown;
  errorText?: string;
  title?: string;
  providerExecuted?: boolean;
  preliminary?: boolean;
  approval?: { id: string };
}

/** A text of the agent; that of reasoning has an id, because the AI SDK keeps it. */
export interface UiTextPart {
  type: 'text' | 'reasoning';
  id?: string;
  text: string;
  state?: 'streaming' | 'done';
  providerMetadata?: Record<string, unknown>;
}

/** Parts that are sent once and do not change. */
export type UiFixedPart =
  | { type: 'step-start' }
  | { type: 'file'; mediaType: string; url: string }
  | { type: 'source-url'; sourceId: string; url: string; title?: string }
  | { type: 'source-document'; sourceId: string; mediaType: string; title: string; filename?: string };

/** A part that the protocol has no chunk for travels as data of its type. */
export interface UiDataPart {
  type: `data-${string}`;
  id: string;
  data: unknown;
}

/** A part of a `UIMessage` of the AI SDK. */
export type UiPart = UiToolPart | UiTextPart | UiFixedPart | UiDataPart;

/** A part, and whether a text may still grow: `unstated` when the upstream does not say so. */
export interface MappedPart {
  part: UiPart;
  growth: 'streaming' | 'unstated' | 'done';
}

/** Names the parts of one UI message: ids are unique in it, and the same whenever it is mapped. */
export interface PartIds {
  /** The wanted id, or a variant of it when another part has it. */
  take(wanted: string): string;
}

export function createPartIds(): PartIds {
  const taken = new Set<string>();
  return {
    take(wanted) {
      let id = wanted;
      for (let count = 2; taken.has(id); count += 1) id = `${wanted}#${count}`;
      taken.add(id);
      return id;
    },
  };
}

/** @param place names the part within its conversation, for parts without an id of their own */
export function mapPart(part: MessagePart, place: string, ids: PartIds): MappedPart {
  switch (part.kind) {
    case 'text':
    case 'reasoning': {
      const growth = part.state === 'streaming' || part.state === 'done' ? part.state : 'unstated';
      const { providerMetadata } = objectOf(part.raw);
      const text: UiTextPart = {
        type: part.kind,
        ...(part.kind === 'reasoning' && { id: place }),
        text: part.text,
        state: growth === 'streaming' ? 'streaming' : 'done',
        ...(isProviderMetadata(providerMetadata) && { providerMetadata }),
      };
      return { part: text, growth };
    }
    case 'tool':
      return { part: toToolPart(part, ids.take(part.toolCallId ?? place)), growth: 'done' };
    case 'other':
      return { part: toOtherPart(part, place, ids), growth: 'done' };
  }
}

function toToolPart(part: Extract<MessagePart, { kind: 'tool' }>, toolCallId: string): UiToolPart {
  const { providerExecuted, preliminary, approval } = objectOf(part.raw);
  const state = toolStateOf(part);
  const approvalId = objectOf(approval).id;
  return {
    type: 'dynamic-tool',
    toolName: part.toolName,
    toolCallId,
    state: state === 'approval-requested' && typeof approvalId !== 'string' ? 'input-available' : state,
    input: part.input,
    ...(state === 'input-streaming' && { rawInput: JSON.stringify(part.input) }),
    ...(state === 'output-available' && { output: part.output }),
    ...(state === 'output-error' && { errorText: part.errorText ?? '' }),
    ...(part.title !== null && { title: part.title }),
    ...(typeof providerExecuted === 'boolean' && { providerExecuted }),
    ...(state === 'output-available' && typeof preliminary === 'boolean' && { preliminary }),
    ...(state !== 'input-streaming' && typeof approvalId === 'string' && { approval: { id: approvalId } }),
  };
}

function toolStateOf({
  state,
  output,
  errorText,
}: Extract<MessagePart, { kind: 'tool' }>): UiToolPart['state'] {
  switch (state) {
    case 'input-streaming':
    case 'input-available':
    case 'approval-requested':
    case 'output-available':
    case 'output-error':
    case 'output-denied':
      return state;
    // The answer to an approval is the client's own: no chunk tells it.
    case 'approval-responded':
      return 'input-available';
    default:
      if (errorText !== null) return 'output-error';
      return output == null ? 'input-available' : 'output-available';
  }
}

function toOtherPart(
  { type, raw }: Extract<MessagePart, { kind: 'other' }>,
  place: string,
  ids: PartIds,
): UiPart {
  const whole = objectOf(raw);
  const { url, mediaType, sourceId, title, filename, id } = whole;
  if (type === 'step-start') return { type };
  if (type === 'file' && isText(url) && isText(mediaType)) return { type, mediaType, url };
  if (type === 'source-url' && isText(sourceId) && isText(url))
    return { type, sourceId, url, ...(isText(title) && { title }) };
  if (type === 'source-document' && isText(sourceId) && isText(mediaType) && isText(title))
    return { type, sourceId, mediaType, title, ...(isText(filename) && { filename }) };
  if (type.startsWith('data-')) {
    const named = ids.take(isText(id) ? `${type} ${id}` : place).replace(`${type} `, '');
    return { type: type as `data-${string}`, id: named, data: whole.data ?? null };
  }
  return { type: `data-${type}`, id: place, data: raw };
}

function objectOf(value: unknown): Record<string, unknown> {
  return isJsonObject(value) ? value : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Objects by the name of the provider; clients refuse a chunk with anything else. */
function isProviderMetadata(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value) && Object.values(value).every(isJsonObject);
}
