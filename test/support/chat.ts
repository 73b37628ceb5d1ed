import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import type { GraphQLClient } from './client.ts';
import { type EventStreamClient, openEvents } from './sse-client.ts';

/** An event of a chat's stream. */
export interface ChatEvent {
  id: string;
  chunk: UIMessageChunk | undefined;
}

/** A deployment as a chat, for its owner. */
export function openChat(url: string, ada: GraphQLClient, deploymentId: string) {
  const chat = `${url}/v1/deployments/${deploymentId}/chat`;
  const token = ada.tokens.accessToken;
  const message = (id: string, text: string) => ({ id, role: 'user', parts: [{ type: 'text', text }] });
  return {
    token,
    url: chat,
    /** Sends a message with the body of `DefaultChatTransport`. */
    send: (id: string, text: string, query = '') =>
      openEvents(`${chat}${query}`, token, {
        body: { id: 'chat', messages: [message(id, text)], trigger: 'submit-message' },
        headers: { accept: '*/*' },
      }),
    join: (lastEventId?: string) =>
      openEvents(`${chat}/stream`, token, lastEventId ? { headers: { 'last-event-id': lastEventId } } : {}),
    async messages(): Promise<UIMessage[]> {
      const answer = await ada.request(`/v1/deployments/${deploymentId}/chat`);
      return ((await answer.json()) as { messages: UIMessage[] }).messages;
    },
    async texts(): Promise<string[]> {
      const said = (await this.messages()).filter(({ role }) => role === 'user');
      return said.map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join(''));
    },
  };
}

/** All events up to `[DONE]`, or up to a cut. */
export async function restOf(stream: EventStreamClient): Promise<ChatEvent[]> {
  const events = (await stream.events.rest()).filter(({ comment }) => comment === undefined);
  return events.map(({ data, lastEventId }) => ({
    id: lastEventId,
    chunk: data === '[DONE]' ? undefined : JSON.parse(data),
  }));
}

function streamOf(chunks: readonly UIMessageChunk[]): ReadableStream<UIMessageChunk> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** What `useChat` has after these events. */
export async function assemble(events: readonly ChatEvent[]): Promise<UIMessage | undefined> {
  const chunks = events.flatMap(({ chunk }) => (chunk === undefined ? [] : [chunk]));
  const stream = streamOf(chunks);
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) last = message;
  return last && (JSON.parse(JSON.stringify(last)) as UIMessage);
}
