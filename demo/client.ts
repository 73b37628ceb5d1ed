import { createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A minimal frontend: signs in, requests over HTTP, subscribes over a socket. */
export function createClient(url: string) {
  let accessToken = '';

  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer as T;
  };

  const socket = createSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: () => ({ authorization: `Bearer ${accessToken}` }),
  });

  return {
    async signUp(email: string, password: string): Promise<void> {
      await post('/v1/auth/register', { email, password });
      ({ accessToken } = await post<{ accessToken: string }>('/v1/auth/login', { email, password }));
    },

    async graphql<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
      const { data, errors } = await post<{ data: T; errors?: unknown[] }>('/graphql', { query, variables });
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },

    /** Shows every push; resolves with the last one when the server completes. */
    async subscribe<T extends Record<string, unknown>>(
      query: string,
      variables: Record<string, unknown>,
      show: (data: T) => void,
    ): Promise<T | undefined> {
      let last: T | undefined;
      for await (const { data, errors } of socket.iterate<T>({ query, variables })) {
        if (errors) throw new Error(JSON.stringify(errors));
        if (!data) continue;
        show(data);
        last = data;
      }
      return last;
    },

    /** Shows every push until the returned function is called. */
    watch<T extends Record<string, unknown>>(
      query: string,
      variables: Record<string, unknown>,
      show: (data: T) => void,
    ): () => Promise<void> {
      const pushed = socket.iterate<T>({ query, variables });
      const shown = (async () => {
        for await (const { data, errors } of pushed) {
          if (errors) throw new Error(JSON.stringify(errors));
          if (data) show(data);
        }
      })();
      return async () => {
        await pushed.return?.();
        await shown;
      };
    },

    close: async () => socket.dispose(),
  };
}
