import type { GraphQLAnswer, GraphQLClient } from './client.ts';
import { openAcknowledged } from './socket-probe.ts';
import { openEvents } from './sse-client.ts';

/** Sends an operation and gives its first answer. */
export type Send = (query: string, variables?: Record<string, unknown>) => Promise<GraphQLAnswer>;

/** The ways of an operation to the gateway. */
export function transportsOf(client: GraphQLClient): Record<'POST' | 'GET' | 'WebSocket' | 'SSE', Send> {
  const { url, tokens } = client;
  return {
    POST: client.graphql,
    async GET(query, variables = {}) {
      const asked = new URLSearchParams({ query, variables: JSON.stringify(variables) });
      return (await (await client.request(`/graphql?${asked}`)).json()) as GraphQLAnswer;
    },
    async WebSocket(query, variables) {
      await using probe = await openAcknowledged(url, tokens.accessToken);
      probe.subscribe('1', query, variables);
      const { type, payload } = await probe.messages.next();
      return (type === 'error' ? { errors: payload } : payload) as GraphQLAnswer;
    },
    async SSE(query, variables = {}) {
      await using stream = await openEvents(`${url}/graphql/stream`, tokens.accessToken, {
        body: { query, variables },
      });
      return (await stream.next<GraphQLAnswer>()).json;
    },
  };
}
