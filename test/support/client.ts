import { createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createStream, type Stream } from './stream.ts';

/** An answer of `/graphql`. */
export interface GraphQLAnswer<T = Record<string, unknown>> {
  data?: T;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string; requestId: string } & Record<string, unknown>;
  }[];
}

/** A QuantConnect account as the simulator knows one. */
interface Account {
  userId: string;
  apiToken: string;
  organizations: { id: string }[];
}

/** A QuantCDN token as the simulator knows one. */
interface Token {
  token: string;
  organisations: string[];
}

/** A client with the session of one user. */
export type GraphQLClient = ReturnType<typeof createGraphQLClient>;

const PASSWORD = 'correct horse battery staple';

export function createGraphQLClient(url: string) {
  const tokens = { accessToken: '', refreshToken: '' };

  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, {
      ...init,
      headers: {
        'content-type': 'application/json',
        ...(tokens.accessToken && { authorization: `Bearer ${tokens.accessToken}` }),
        ...init.headers,
      },
    });

  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const response = await request(path, { method: 'POST', body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };

  const graphql = async <T = Record<string, unknown>>(
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<GraphQLAnswer<T>> =>
    (await (
      await request('/graphql', { method: 'POST', body: JSON.stringify({ query, variables }) })
    ).json()) as GraphQLAnswer<T>;

  /** The data of an operation that must not fail. */
  const ask = async <T = Record<string, never>>(
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<T> => {
    const { data, errors } = await graphql<T>(query, variables);
    if (errors || !data) throw new Error(JSON.stringify(errors));
    return data;
  };

  return {
    url,
    tokens,
    request,
    post,
    graphql,
    ask,

    async signUp(email: string): Promise<void> {
      await post('/v1/auth/register', { email, password: PASSWORD });
      await this.signIn(email);
    },

    async signIn(email: string): Promise<void> {
      Object.assign(tokens, await post('/v1/auth/login', { email, password: PASSWORD }));
    },

    async saveCredential({
      userId,
      apiToken,
      organizations,
    }: Account): Promise<{ id: string; status: string }> {
      const input = { userId, apiToken, organizationId: organizations[0]?.id };
      const { saved } = await ask<{ saved: { id: string; status: string } }>(
        'mutation ($input: QuantConnectCredentialInput!) { saved: saveQuantConnectCredential(input: $input) { id status } }',
        { input },
      );
      return saved;
    },

    async saveQuantCdnCredential({
      token,
      organisations: [organisation],
    }: Token): Promise<{ id: string; status: string }> {
      const { saved } = await ask<{ saved: { id: string; status: string } }>(
        'mutation ($input: QuantCdnCredentialInput!) { saved: saveQuantCdnCredential(input: $input) { id status } }',
        { input: { organisation, apiToken: token } },
      );
      return saved;
    },

    /** Creates an agent and a task of the user. */
    async createTask(prompt = 'Buy and hold SPY'): Promise<string> {
      const { agent } = await ask<{ agent: { id: string } }>(
        'mutation { agent: createAgent(input: { name: "Heron" }) { id } }',
      );
      const { task } = await ask<{ task: { id: string } }>(
        'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }',
        { input: { agentId: agent.id, name: 'a task', prompt } },
      );
      return task.id;
    },

    async deploy(taskId: string, more: Record<string, unknown> = {}): Promise<string> {
      const { deployment } = await ask<{ deployment: { id: string } }>(
        `mutation ($taskId: ID!, $guard: DeploymentGuardInput, $key: String) {
          deployment: deployTask(taskId: $taskId, guard: $guard, idempotencyKey: $key) { id }
        }`,
        { taskId, ...more },
      );
      return deployment.id;
    },

    /** Opens a socket for one subscription. */
    subscribe<T = Record<string, never>>(query: string, variables: Record<string, unknown> = {}): Stream<T> {
      const socket = createSocketClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: () => ({ authorization: `Bearer ${tokens.accessToken}` }),
      });
      const stream = createStream<T>(() => socket.dispose());
      socket.subscribe<T>(
        { query, variables },
        {
          next: ({ data, errors }) => (errors ? stream.fail(errors) : stream.push(data as T)),
          error: stream.fail,
          complete: stream.complete,
        },
      );
      return stream;
    },
  };
}
