import { defaultEnvironment, type Environment } from './environment.ts';
import type { FeedItem } from './feeds/feed.ts';
import { createFeeds, type Feeds } from './feeds/feeds.ts';
import { readResuming } from './feeds/resuming.ts';
import {
  AiTaskListRunDocument,
  type AiTaskListRunQuery,
  CreateWatchTokenDocument,
  type CreateWatchTokenMutation,
  type CreateWatchTokenMutationVariables,
  DeleteDeploymentDocument,
  type DeleteDeploymentMutationVariables,
  DeploymentDocument,
  type DeploymentFieldsFragment,
  DeployTaskDocument,
  type DeployTaskMutationVariables,
  MyDeploymentsDocument,
  type MyDeploymentsQuery,
  type MyDeploymentsQueryVariables,
  PromptDeploymentDocument,
  type PromptDeploymentMutationVariables,
  RunAiTaskListDocument,
  type RunAiTaskListMutation,
  type RunAiTaskListMutationVariables,
  StopAiTaskListDocument,
  type StopAiTaskListMutation,
  type StopAiTaskListMutationVariables,
  StopDeploymentDocument,
  TranscriptDocument,
  type TranscriptQuery,
} from './generated/graphql.ts';
import { createSend } from './http.ts';
import {
  createOperations,
  type OperationOptions,
  type Operations,
  type TypedDocument,
} from './operations.ts';
import { sessionByCookie } from './session/by-cookie.ts';
import { sessionByFunction } from './session/by-function.ts';
import { sessionByToken } from './session/by-token.ts';
import type { Authentication, Session } from './session/session.ts';
import { inMemory, inStorage, type Tokens } from './session/tokens.ts';
import { type Connection, createSocket } from './socket.ts';

/** How a client proves who calls. */
export type AuthOptions =
  /** A session in cookies: for pages of the gateway's own origin, or of one of its `CORS_ORIGINS` on the same site. */
  | { kind: 'cookie' }
  /** A session whose tokens the client holds, in memory or in the page's storage. */
  | { kind: 'token'; keepIn?: 'memory' | 'storage'; tokens?: Tokens }
  /** The caller's own tokens: of a service account, an outside identity provider, or a watch token. */
  | { kind: 'own'; token: (refused?: string) => Promise<string> | string };

export interface ClientOptions {
  /** Where the gateway is, such as `https://gateway.example.com`. @default the page's own origin */
  url?: string;
  /** @default `{ kind: 'cookie' }` */
  auth?: AuthOptions;
  /** Replaces parts of the environment. */
  environment?: Partial<Environment>;
}

/** A client of one gateway, for one user. */
export interface QuantgateClient extends Feeds, Operations {
  readonly session: Session;
  /** Subscribes to a document of the caller's own, once: it fails when the connection breaks. */
  subscribe<Result, Variables extends Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: OperationOptions,
  ): AsyncGenerator<Result, void, undefined>;
  /**
   * Subscribes to a document of the caller's own and goes on behind the last event after a broken connection. For that the
   * document has a variable for the argument `after` and selects `cursor`, or `id` of `deploymentEvents`.
   */
  subscribeResuming<Result, Variables extends Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: OperationOptions,
  ): AsyncGenerator<FeedItem<Result>, void, undefined>;
  deployment(id: string, options?: OperationOptions): Promise<DeploymentFieldsFragment | null>;
  /** A page of the user's deployments, newest first, from the gateway's store. */
  deployments(
    input?: MyDeploymentsQueryVariables,
    options?: OperationOptions,
  ): Promise<MyDeploymentsQuery['myDeployments']>;
  /** Deploys a task, once however often the connection breaks. */
  deploy(input: DeployTaskMutationVariables, options?: OperationOptions): Promise<DeploymentFieldsFragment>;
  prompt(
    input: PromptDeploymentMutationVariables,
    options?: OperationOptions,
  ): Promise<DeploymentFieldsFragment>;
  stop(id: string, options?: OperationOptions): Promise<DeploymentFieldsFragment>;
  /** Deletes a deployment and, unless it is kept, what was said in it. */
  deleteDeployment(input: DeleteDeploymentMutationVariables, options?: OperationOptions): Promise<string>;
  /** A token for others that reads this one deployment. */
  createWatchToken(
    input: CreateWatchTokenMutationVariables,
    options?: OperationOptions,
  ): Promise<CreateWatchTokenMutation['createWatchToken']>;
  /** What was said in a deployment as it was last read, from the gateway's store. */
  transcript(id: string, options?: OperationOptions): Promise<NonNullable<TranscriptQuery['transcript']>>;
  runList(
    input: RunAiTaskListMutationVariables,
    options?: OperationOptions,
  ): Promise<RunAiTaskListMutation['runAiTaskList']>;
  /** The newest run of a list with the runs of its tasks; null for a list that was never run. */
  listRun(
    taskListId: string,
    options?: OperationOptions,
  ): Promise<NonNullable<AiTaskListRunQuery['aiTaskListRun']> | null>;
  stopList(
    input: StopAiTaskListMutationVariables,
    options?: OperationOptions,
  ): Promise<StopAiTaskListMutation['stopAiTaskList']>;
  /** How the socket of the feeds stands: `LOST` while they are trying to connect again. */
  readonly connection: { state(): Connection; subscribe(listener: () => void): () => void };
  /** Ends the socket and all feeds. */
  close(): void;
}

/** Makes a client. Nothing is sent before it is used. */
export function createClient({
  url = '',
  auth = { kind: 'cookie' },
  environment: given = {},
}: ClientOptions = {}): QuantgateClient {
  const environment = { ...defaultEnvironment(), ...given };
  let base = url;
  while (base.endsWith('/')) base = base.slice(0, -1);
  const send = createSend(environment, base, auth.kind === 'cookie');
  const session = createSession(environment, base, auth, send);
  const socket = createSocket(environment, base, session);
  const operations = createOperations(environment, send, session);

  return {
    session,
    ...createFeeds(environment, socket),
    ...operations,
    async *subscribe<Result, Variables extends Record<string, unknown>>(
      document: TypedDocument<Result, Variables>,
      variables: Variables,
      { signal }: OperationOptions = {},
    ) {
      for await (const data of socket.subscribe({ query: String(document), variables }, signal))
        yield data as Result;
    },
    subscribeResuming: (document, variables, { signal } = {}) =>
      readResuming(environment, socket, document, variables, signal),
    deployment: async (id, options) =>
      (await operations.send(DeploymentDocument, { id }, options)).deployment ?? null,
    deployments: async (input = {}, options) =>
      (await operations.send(MyDeploymentsDocument, input, options)).myDeployments,
    deploy: async (input, options) => (await operations.send(DeployTaskDocument, input, options)).deployTask,
    prompt: async (input, options) =>
      (await operations.send(PromptDeploymentDocument, input, options)).promptDeployment,
    stop: async (id, options) =>
      (await operations.send(StopDeploymentDocument, { id }, options)).stopDeployment,
    deleteDeployment: async (input, options) =>
      (await operations.send(DeleteDeploymentDocument, input, options)).deleteDeployment,
    createWatchToken: async (input, options) =>
      (await operations.send(CreateWatchTokenDocument, input, options)).createWatchToken,
    transcript: async (id, options) =>
      (await operations.send(TranscriptDocument, { id }, options)).transcript as NonNullable<
        TranscriptQuery['transcript']
      >,
    runList: async (input, options) =>
      (await operations.send(RunAiTaskListDocument, input, options)).runAiTaskList,
    listRun: async (taskListId, options) =>
      (await operations.send(AiTaskListRunDocument, { taskListId }, options)).aiTaskListRun ?? null,
    stopList: async (input, options) =>
      (await operations.send(StopAiTaskListDocument, input, options)).stopAiTaskList,
    connection: { state: socket.connection, subscribe: socket.onConnection },
    close() {
      socket.close();
      session.close();
    },
  };
}

function createSession(
  environment: Environment,
  url: string,
  auth: AuthOptions,
  send: ReturnType<typeof createSend>,
): Authentication {
  if (auth.kind === 'cookie') return sessionByCookie(environment, { send, url });
  if (auth.kind === 'own') return sessionByFunction(auth.token);
  const store = auth.keepIn === 'storage' ? inStorage(environment, `quantgate tokens ${url}`) : inMemory();
  if (auth.tokens !== undefined) store.write(auth.tokens);
  return sessionByToken(environment, { send, url, store });
}
