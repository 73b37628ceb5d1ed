import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { openProbe, type ProtocolMessage } from '../../support/socket-probe.ts';
import { openEvents } from '../../support/sse-client.ts';

/** What is sent through a door. */
export interface GraphQLMessage {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

/** The first answer to a message, in whatever envelope the transport has. */
export type Ask = (message: GraphQLMessage) => Promise<GraphQLAnswer>;

/** Every way in which a document reaches the gateway, by the words "by …". */
export interface GraphQLDoors {
  doors: Record<string, Ask>;
  close(): Promise<void>;
}

/** Opens them for a signed-in user; one socket serves all of its messages. */
export async function openGraphQLDoors({ url, tokens }: GraphQLClient): Promise<GraphQLDoors> {
  const { accessToken } = tokens;
  const authorization = `Bearer ${accessToken}`;
  const probe = await openProbe(url);
  await probe.introduce(accessToken);
  const waiting = new Map<string, (answer: GraphQLAnswer) => void>();
  probe.socket.on('message', (data) => {
    const { id = '', type, payload } = JSON.parse(String(data)) as ProtocolMessage;
    const resolve = waiting.get(id);
    if (resolve === undefined || type === 'complete') return;
    waiting.delete(id);
    if (type === 'next') probe.send({ type: 'complete', id });
    resolve((type === 'error' ? { errors: payload } : payload) as GraphQLAnswer);
  });
  let number = 0;

  const stream = async (path: string, body?: GraphQLMessage): Promise<GraphQLAnswer> => {
    await using opened = await openEvents(`${url}${path}`, accessToken, body && { body });
    if (!opened.headers['content-type']?.startsWith('text/event-stream')) {
      let text = '';
      for await (const chunk of opened.response) text += chunk;
      return JSON.parse(text) as GraphQLAnswer;
    }
    return (await opened.next<GraphQLAnswer>()).json;
  };

  const doors: Record<string, Ask> = {
    POST: async (message) => {
      const headers = { authorization, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(message) };
      return (await (await fetch(`${url}/graphql`, init)).json()) as GraphQLAnswer;
    },
    GET: async (message) =>
      (await (
        await fetch(`${url}/graphql?${inUrl(message)}`, { headers: { authorization } })
      ).json()) as GraphQLAnswer,
    'an event stream': (message) => stream('/graphql/stream', message),
    'an event stream by GET': (message) => stream(`/graphql/stream?${inUrl(message)}`),
    'a socket': (message) => {
      number += 1;
      const id = String(number);
      return new Promise<GraphQLAnswer>((resolve, reject) => {
        waiting.set(id, resolve);
        void probe.closed.then(({ code }) => reject(new Error(`The socket was closed with ${code}`)));
        probe.send({ type: 'subscribe', id, payload: message });
      });
    },
  };
  return { doors, close: async () => probe.socket.terminate() };
}

function inUrl({ query, variables, operationName }: GraphQLMessage): URLSearchParams {
  return new URLSearchParams({
    query,
    ...(variables && { variables: JSON.stringify(variables) }),
    ...(operationName && { operationName }),
  });
}
