import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConversationMessage, MessagePart } from '../../upstream/quantconnect/model.ts';
import type { Chunk } from './chunk.ts';
import { formatPosition, parsePosition } from './position.ts';
import { createTeller, RewrittenError } from './teller.ts';
import { mapMessages, toUiMessage } from './ui-messages.ts';

const NO_MESSAGE = { id: null, time: null, metadata: null, agentId: null };

function text(kind: 'text' | 'reasoning', words: string, state: string | null): MessagePart {
  return { kind, type: kind, text: words, state, raw: {} };
}

function tool(id: string, state: string | null, more: Record<string, unknown> = {}): MessagePart {
  return {
    kind: 'tool',
    type: 'dynamic-tool',
    toolName: 'create_file',
    toolCallId: id,
    state,
    title: null,
    input: { path: 'main.py' },
    output: null,
    errorText: null,
    messages: [],
    raw: {},
    ...more,
  };
}

function other(type: string, more: object = {}): MessagePart {
  return { kind: 'other', type, raw: { type, ...more } };
}

/** A part at each of its ages: later ones are longer or in a later state. */
const ages: fc.Arbitrary<MessagePart[]> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('text' as const, 'reasoning' as const),
      fc.string({ maxLength: 20, unit: 'grapheme' }),
    )
    .map(([kind, words]) => [
      text(kind, words.slice(0, 3), 'streaming'),
      text(kind, words.slice(0, 9), 'streaming'),
      text(kind, words, 'done'),
    ]),
  fc.string({ maxLength: 9 }).map((words) => [text('text', words, null)]),
  fc
    .constantFrom('a', 'b')
    .map((id) => [
      tool(id, 'input-streaming', { input: { path: 'm' } }),
      tool(id, 'input-streaming', { input: { path: 'main' } }),
      tool(id, 'input-available'),
      tool(id, 'output-available', { output: [1], raw: { preliminary: true } }),
      tool(id, 'output-available', { output: [1, 2], raw: { preliminary: false } }),
    ]),
  fc.constantFrom('output-denied', 'output-error', 'output-available').map((state) => [
    tool('q', 'input-available'),
    tool('q', 'approval-requested', { raw: { approval: { id: 'ok' } } }),
    tool('q', 'approval-responded', { raw: { approval: { id: 'ok', approved: true } } }),
    tool('q', state, {
      raw: { approval: { id: 'ok' } },
      errorText: state === 'output-error' ? 'no' : null,
    }),
  ]),
  fc.constantFrom<MessagePart[]>(
    [other('step-start')],
    [other('file', { url: 'https://example.com/a', mediaType: 'image/png' })],
    [other('file', { path: 'a' })],
    [other('source-url', { sourceId: 's', url: 'https://example.com' })],
    [other('data-weather', { id: 'd', data: 1 }), other('data-weather', { id: 'd', data: 2 })],
    [other('hologram', { depth: 3 })],
  ),
);

/** A conversation at each time: the first message is the user's, the agent's parts begin and grow one after the other. */
const histories = fc
  .array(fc.tuple(ages, fc.boolean()), { minLength: 1, maxLength: 8 })
  .map((parts): ConversationMessage[][] => {
    const asked = { ...NO_MESSAGE, index: 0, role: 'user', parts: [text('text', 'Go', null)] };
    const history: ConversationMessage[][] = [];
    const messages: ConversationMessage[] = [];
    for (const [grown, beginsMessage] of parts) {
      if (beginsMessage || messages.length === 0)
        messages.push({
          ...NO_MESSAGE,
          index: messages.length + 1,
          id: `m${messages.length}`,
          role: 'assistant',
          parts: [],
        });
      const at = messages.length - 1;
      for (const part of grown) {
        const message = messages[at] as ConversationMessage;
        history.push([asked, ...messages.slice(0, at), { ...message, parts: [...message.parts, part] }]);
      }
      const message = messages[at] as ConversationMessage;
      messages[at] = { ...message, parts: [...message.parts, grown.at(-1) as MessagePart] };
    }
    return history;
  });

function streamOf(chunks: readonly UIMessageChunk[]): ReadableStream<UIMessageChunk> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** What `useChat` has after these chunks. */
async function assemble(chunks: readonly Chunk[]): Promise<UIMessage | undefined> {
  const stream = streamOf(chunks as UIMessageChunk[]);
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) last = message;
  return last;
}

const answerOf = (messages: readonly ConversationMessage[]) => {
  const [, answer] = mapMessages(messages);
  if (answer === undefined) throw new Error('no answer');
  return answer;
};

/** Without what is undefined, as in JSON. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

test('a message that was told as it grew, cut anywhere and resumed, is the one that the chat shows', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.array(fc.nat(), { maxLength: 5 }), async (history, cuts) => {
      let teller = createTeller();
      const chunks: Chunk[] = [];
      const cutAt = new Set(cuts.map((cut) => cut % history.length));
      for (const [revision, messages] of history.entries()) {
        chunks.push(...teller.tell(answerOf(messages), revision === history.length - 1));
        const position = teller.position();
        if (cutAt.has(revision) && position !== undefined)
          teller = createTeller(parsePosition(formatPosition(revision, position)));
      }
      chunks.push(...teller.tell(answerOf(history.at(-1) ?? []), true));
      // A step begins without a message of its own: the end shows it.
      chunks.push({ type: 'message-metadata', messageMetadata: {} });

      const { metadata: _, ...shown } = (await assemble(chunks)) ?? ({} as UIMessage);
      expect(plain(shown)).toEqual(plain(toUiMessage(answerOf(history.at(-1) ?? []))));
    }),
    { numRuns: 300 },
  );
});

test('a text that was told and is another one now cannot be told', () => {
  const teller = createTeller();
  const say = (words: string, state: string) =>
    teller.tell(
      answerOf([
        { ...NO_MESSAGE, index: 0, role: 'user', parts: [] },
        { ...NO_MESSAGE, index: 1, role: 'assistant', parts: [text('text', words, state)] },
      ]),
      false,
    );
  say('Buy', 'streaming');
  expect(() => say('Sell', 'streaming')).toThrow(RewrittenError);
});

test('what is no id of an event is refused', () => {
  for (const id of ['', '1', '1.2', '1.2.3.4', '1.2.3.4x', '1.2.3.-4s', `1.2.3${'.1s'.repeat(9_000)}`])
    expect(parsePosition(id), id).toBeUndefined();
  expect(parsePosition('7.1.2.0t5.1s')).toEqual({
    revision: 7,
    first: 1,
    parts: 2,
    open: new Map<number, number | string>([
      [0, 5],
      [1, 's'],
    ]),
  });
});
