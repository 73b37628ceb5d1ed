import { pullable } from '../../lib/async-iterables.ts';
import type { ConversationMessage } from '../../upstream/quantconnect/model.ts';
import type { Chunk } from './chunk.ts';
import { formatPosition, type ResumePosition } from './position.ts';
import { type ChatTarget, findStart, findTarget } from './target.ts';
import { createTeller, RewrittenError } from './teller.ts';

/** A chunk, and the id that a client resumes from; only the last chunk of each revision has one. */
export interface ChatChunk {
  chunk: Chunk;
  id?: string;
}

/** Messages that are new or have changed, up to a revision. */
export interface ChatPage {
  messages: readonly ConversationMessage[];
  revision: number;
}

/** How a stream ends, as far as its run is concerned. */
export type ChatEnd = 'finish' | 'failed' | 'abort' | 'refused' | 'overBudget';

export interface ChatStreamSource {
  target: ChatTarget;
  /** What the client has that comes back. */
  resumed: ResumePosition | undefined;
  /** The stored messages, then those that change; ends with the run. */
  pages: AsyncIterableIterator<ChatPage, void, void>;
  /** True when the stored messages are those of the present run. */
  isCurrent(): Promise<boolean>;
  /** How the run has ended. */
  findEnd(): Promise<ChatEnd>;
}

/** Tells one message of the agent as it grows, until its run has ended or the agent has begun another. */
export function streamChat(source: ChatStreamSource): AsyncIterableIterator<ChatChunk, void, void> {
  return pullable(async function* (signal) {
    signal.addEventListener('abort', () => void source.pages.return?.(), { once: true });
    yield* tell(source);
  });
}

async function* tell(source: ChatStreamSource): AsyncGenerator<ChatChunk, void, void> {
  const { target, resumed, pages } = source;
  const messages: ConversationMessage[] = [];
  const teller = createTeller(resumed);
  let start: ReturnType<typeof findStart>;
  let revision = resumed?.revision ?? 0;

  /** What is new to the client. @returns the chunks, and whether the message changes no more */
  const tellNew = async (isOver: boolean): Promise<{ told: ChatChunk[]; isFollowed: boolean }> => {
    if (start === undefined && (isOver || target.kind !== 'last' || (await source.isCurrent())))
      start = findStart(target, messages);
    const found = start && findTarget(messages, start);
    if (found === undefined) return { told: [], isFollowed: false };
    const told: ChatChunk[] = teller
      .tell(found.message, isOver || found.isFollowed)
      .map((chunk) => ({ chunk }));
    const last = told.at(-1);
    const position = teller.position();
    if (last !== undefined && position !== undefined) last.id = formatPosition(revision, position);
    return { told, isFollowed: found.isFollowed };
  };

  try {
    for await (const page of pages) {
      for (const message of page.messages) messages[message.index] = message;
      revision = Math.max(revision, page.revision);
      const { told, isFollowed } = await tellNew(false);
      yield* told;
      if (isFollowed) {
        yield { chunk: { type: 'finish' } };
        return;
      }
    }
    yield* (await tellNew(true)).told;
    yield* endOf(await source.findEnd()).map((chunk) => ({ chunk }));
  } catch (error) {
    if (!(error instanceof RewrittenError)) throw error;
    yield { chunk: { type: 'error', errorText: 'The message was rewritten; read it again' } };
  } finally {
    await pages.return?.();
  }
}

function endOf(end: ChatEnd): Chunk[] {
  switch (end) {
    case 'finish':
      return [{ type: 'finish' }];
    case 'failed':
      return [{ type: 'finish', finishReason: 'error' }];
    case 'abort':
      return [{ type: 'abort' }];
    case 'refused':
      return [{ type: 'error', errorText: 'The upstream has refused the prompt' }, { type: 'abort' }];
    case 'overBudget':
      return [{ type: 'error', errorText: 'BUDGET_EXCEEDED: the prompt was not sent' }, { type: 'abort' }];
  }
}
