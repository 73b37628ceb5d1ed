import type { Chunk } from './chunk.ts';
import type { OpenToolState, TellingPosition } from './position.ts';
import { toolChunks } from './tool-chunks.ts';
import type { MappedMessage } from './ui-messages.ts';
import type { MappedPart, UiDataPart, UiFixedPart, UiPart, UiTextPart, UiToolPart } from './ui-parts.ts';

/** Tells one UI message as it grows. */
export interface Teller {
  /**
   * The chunks that bring a client to this state of the message.
   * @param isOver true when the message will not change any more
   * @throws RewrittenError when it has changed otherwise than by growing
   */
  tell(message: MappedMessage, isOver: boolean): Chunk[];
  /** How much of the message the client has; undefined before the first chunk. */
  position(): TellingPosition | undefined;
}

/** Thrown when a part that the client has is another one now: no chunk can take it back. */
export class RewrittenError extends Error {
  override readonly name = 'Rewritten';
}

/** A part as a client has it. `isOpen`: more of its text may come. */
interface ToldPart {
  part: UiPart;
  isOpen: boolean;
}

/** @param resumed what a client has that comes back; without it the message is sent from its beginning */
export function createTeller(resumed?: TellingPosition): Teller {
  let first: number | undefined;
  let told: ToldPart[] = [];
  let metadata: string | undefined;

  const begin = (message: MappedMessage): Chunk[] => {
    first = message.first;
    if (resumed === undefined) {
      metadata = JSON.stringify(message.metadata);
      return [{ type: 'start', messageId: message.id, ...metadataOf(message) }];
    }
    if (resumed.parts > message.parts.length) throw new RewrittenError();
    told = message.parts
      .slice(0, resumed.parts)
      .map(({ part }, number) => toldOf(part, resumed.open.get(number)));
    return [];
  };

  const tellPart = ({ part, growth }: MappedPart, number: number, isSettled: boolean): Chunk[] => {
    const before = told[number];
    if (before !== undefined && before.part.type !== part.type) throw new RewrittenError();
    const isCurrent = !told.slice(number + 1).some((later) => later.part.type === 'step-start');
    const isOpen = growth === 'streaming' || (growth === 'unstated' && !isSettled);
    told[number] = { part, isOpen: isText(part) && isOpen };
    const chunks = isText(part)
      ? textChunks(before, part, isOpen, String(number))
      : isTool(part)
        ? toolChunks(before?.part as UiToolPart | undefined, part, isCurrent)
        : otherChunks(before?.part, part);
    if (chunks === undefined) throw new RewrittenError();
    return chunks;
  };

  return {
    tell(message, isOver) {
      const chunks = first === undefined ? begin(message) : [];
      if (message.first !== first || message.parts.length < told.length) throw new RewrittenError();
      const text = JSON.stringify(message.metadata);
      if (text !== metadata) {
        metadata = text;
        chunks.push({ type: 'message-metadata', ...metadataOf(message) });
      }
      const lastNumber = message.parts.length - 1;
      for (const [number, part] of message.parts.entries())
        chunks.push(...tellPart(part, number, isOver || number < lastNumber));
      return chunks;
    },

    position() {
      if (first === undefined) return undefined;
      const open = new Map<number, number | OpenToolState>();
      for (const [number, { part, isOpen }] of told.entries()) {
        if (isText(part)) {
          if (isOpen) open.set(number, part.text.length);
        } else if (isTool(part)) {
          const state = openStateOf(part);
          if (state !== undefined) open.set(number, state);
        }
      }
      return { first, parts: told.length, open };
    },
  };
}

function metadataOf({ metadata }: MappedMessage): { messageMetadata?: object } {
  return metadata === undefined ? {} : { messageMetadata: metadata };
}

/** The part as the client has it that comes back. */
function toldOf(part: UiPart, open: number | OpenToolState | undefined): ToldPart {
  if (isText(part)) {
    if (open === undefined) return { part: { ...part, state: 'done' }, isOpen: false };
    if (typeof open !== 'number' || open > part.text.length) throw new RewrittenError();
    return { part: { ...part, text: part.text.slice(0, open) }, isOpen: true };
  }
  // Data may have changed since; sent again it replaces itself.
  if (isData(part)) return { part: { ...part, data: undefined }, isOpen: false };
  if (!isTool(part) || open === undefined) return { part, isOpen: false };
  const { output: _, errorText: __, preliminary: ___, approval, ...call } = part;
  const asked = open === 'q' || open === 'p' ? { ...call, ...(approval && { approval }) } : call;
  // The client may have any part of the input: it is sent anew.
  const input = open === 's' ? { input: undefined, rawInput: '' } : {};
  return { part: { ...asked, ...input, state: TOLD_STATES[open as OpenToolState] }, isOpen: false };
}

const TOLD_STATES: Record<OpenToolState, UiToolPart['state']> = {
  s: 'input-streaming',
  i: 'input-available',
  q: 'approval-requested',
  p: 'output-available',
};

function openStateOf({ state, preliminary }: UiToolPart): OpenToolState | undefined {
  if (state === 'input-streaming') return 's';
  if (state === 'input-available') return 'i';
  if (state === 'approval-requested') return 'q';
  return preliminary === true ? 'p' : undefined;
}

/** @returns undefined when the client has another text */
function textChunks(
  before: ToldPart | undefined,
  part: UiTextPart,
  isOpen: boolean,
  id: string,
): Chunk[] | undefined {
  const { type, text, providerMetadata } = part;
  const told = before?.part as UiTextPart | undefined;
  const isNewMetadata = JSON.stringify(providerMetadata) !== JSON.stringify(told?.providerMetadata);
  const named = { id: part.id ?? id, ...(isNewMetadata && providerMetadata && { providerMetadata }) };
  if (told !== undefined && before?.isOpen === false)
    return told.text === text && !isNewMetadata ? [] : undefined;
  if (told !== undefined && !text.startsWith(told.text)) return undefined;
  const delta = text.slice(told?.text.length ?? 0);
  const chunks: Chunk[] = told === undefined ? [{ type: `${type}-start`, ...named }] : [];
  if (delta !== '' || (told !== undefined && isNewMetadata))
    chunks.push({ type: `${type}-delta`, ...named, delta });
  if (!isOpen) chunks.push({ type: `${type}-end`, id: named.id });
  return chunks;
}

/** @returns undefined for a part that is another one now */
function otherChunks(told: UiPart | undefined, part: UiPart): Chunk[] | undefined {
  if (told !== undefined && JSON.stringify(told) === JSON.stringify(part)) return [];
  if (isData(part))
    return told === undefined || (told as UiDataPart).id === part.id ? [{ ...part }] : undefined;
  if (told !== undefined) return undefined;
  return [part.type === 'step-start' ? { type: 'start-step' } : { ...(part as UiFixedPart) }];
}

function isText(part: UiPart): part is UiTextPart {
  return part.type === 'text' || part.type === 'reasoning';
}

function isTool(part: UiPart): part is UiToolPart {
  return part.type === 'dynamic-tool';
}

function isData(part: UiPart): part is UiDataPart {
  return part.type.startsWith('data-');
}
