import type { Environment } from '../environment.ts';
import {
  type AiTaskFieldsFragment,
  type AiTaskListRunFieldsFragment,
  type DeploymentEventFieldsFragment,
  FollowConversationDocument,
  FollowDeploymentsDocument,
  FollowListDocument,
  FollowRunDocument,
  FollowUsageDocument,
  type FollowUsageSubscription,
  type MessageFieldsFragment,
} from '../generated/graphql.ts';
import type { TypedDocument } from '../operations.ts';
import type { Socket } from '../socket.ts';
import { readResuming } from './resuming.ts';

/** One change of a deployment. */
export interface DeploymentUpdate {
  event: DeploymentEventFieldsFragment;
  /** The place of the event in the log: `after` of a later feed goes on behind it. */
  cursor: string;
  /**
   * True for a state to start from instead of a change: the first event of a feed without `after`, and the first one after
   * a gap.
   */
  isSnapshot: boolean;
  /** True when events before this one are no longer kept and were missed. */
  isAfterGap: boolean;
}

/** One message of a conversation, whole: it replaces the one of its index. */
export type Message = MessageFieldsFragment;

/** One task of a list as it is now; it replaces the one of its id. */
export interface ListUpdate {
  task: AiTaskFieldsFragment;
  cursor: string | null;
  isAfterGap: boolean;
}

/** The run of a list; `run.changed` is the run of one task that has changed. */
export interface RunUpdate {
  run: AiTaskListRunFieldsFragment;
  cursor: string | null;
  isAfterGap: boolean;
}

export interface FeedOptions {
  /** Ends the feed; the loop over it throws the signal's reason. */
  signal?: AbortSignal | undefined;
  credentialId?: string | undefined;
}

export interface EventFeedOptions extends FeedOptions {
  /** A cursor: only what came after it; "0" is the beginning of what is kept. */
  after?: string | undefined;
}

export interface FollowOptions extends EventFeedOptions {
  /** The feed completes when the deployment has ended. @default true */
  untilTerminal?: boolean | undefined;
}

export interface ConversationOptions extends FeedOptions {
  /** The thread of one sub-agent. */
  callableId?: string | undefined;
  /** The index of the last message to leave out. */
  after?: number | undefined;
  /** The feed completes when the deployment has ended. @default true */
  untilTerminal?: boolean | undefined;
}

/** Feeds that go on over broken connections: each owns its cursor, and all share one socket. */
export interface Feeds {
  /** The changes of one deployment, each once and in order. Ends with the deployment. */
  follow(deploymentId: string, options?: FollowOptions): AsyncGenerator<DeploymentUpdate, void, undefined>;
  /** The changes of all deployments of a task, or of the user. They do not end. */
  followAll(
    options?: EventFeedOptions & { taskId?: string | undefined },
  ): AsyncGenerator<DeploymentUpdate, void, undefined>;
  /** The messages of a conversation, and each again when it has changed. Ends with the deployment. */
  conversation(deploymentId: string, options?: ConversationOptions): AsyncGenerator<Message, void, undefined>;
  /** What a deployment has used, each time it has grown. */
  usage(
    deploymentId: string,
    options?: FeedOptions,
  ): AsyncGenerator<FollowUsageSubscription['conversationUsage'], void, undefined>;
  /** The tasks of a list: first as they are, then each that changes. It does not end. */
  list(taskListId: string, options?: EventFeedOptions): AsyncGenerator<ListUpdate, void, undefined>;
  /** The newest run of a list, to its end. */
  run(taskListId: string, options?: EventFeedOptions): AsyncGenerator<RunUpdate, void, undefined>;
}

export function createFeeds(environment: Environment, socket: Socket): Feeds {
  const read = <Result, Variables extends Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    signal: AbortSignal | undefined,
  ) => readResuming(environment, socket, document, variables, signal);

  async function* followEvents(
    variables: { deploymentId?: string; taskId?: string; untilTerminal: boolean; credentialId?: string },
    { after, signal }: EventFeedOptions,
  ): AsyncGenerator<DeploymentUpdate, void, undefined> {
    let isSnapshot = after === undefined;
    const items = read(FollowDeploymentsDocument, { ...variables, after }, signal);
    for await (const { item, isAfterGap } of items) {
      const event = item.deploymentEvents;
      yield { event, cursor: event.id, isSnapshot: isSnapshot || isAfterGap, isAfterGap };
      isSnapshot = false;
    }
  }

  return {
    follow: (deploymentId, { untilTerminal = true, credentialId, ...options } = {}) =>
      followEvents({ deploymentId, untilTerminal, credentialId }, options),
    followAll: ({ taskId, credentialId, ...options } = {}) =>
      followEvents({ taskId, untilTerminal: false, credentialId }, options),
    async *conversation(
      deploymentId,
      { callableId, untilTerminal = true, after, credentialId, signal } = {},
    ) {
      const held = new Map<number, string>();
      const variables = { deploymentId, callableId, untilTerminal, credentialId, after };
      // Read again from the beginning: any message may have changed meanwhile. Those that did not are left out.
      for await (const { item } of read(FollowConversationDocument, variables, signal)) {
        const message = item.conversationMessages;
        const text = JSON.stringify(message);
        if (held.get(message.index) === text) continue;
        held.set(message.index, text);
        yield message;
      }
    },
    async *usage(deploymentId, { credentialId, signal } = {}) {
      let last: string | undefined;
      for await (const { item } of read(FollowUsageDocument, { deploymentId, credentialId }, signal)) {
        const text = JSON.stringify(item.conversationUsage);
        if (text === last) continue;
        last = text;
        yield item.conversationUsage;
      }
    },
    async *list(taskListId, { after, credentialId, signal } = {}) {
      const items = read(FollowListDocument, { taskListId, after, credentialId }, signal);
      for await (const { item, isAfterGap } of items)
        yield { task: item.aiTaskChanged, cursor: item.aiTaskChanged.cursor ?? null, isAfterGap };
    },
    async *run(taskListId, { after, credentialId, signal } = {}) {
      const items = read(FollowRunDocument, { taskListId, after, credentialId }, signal);
      for await (const { item, isAfterGap } of items)
        yield {
          run: item.aiTaskListRunChanged,
          cursor: item.aiTaskListRunChanged.cursor ?? null,
          isAfterGap,
        };
    },
  };
}
