import type {
  AiTaskFieldsFragment,
  AiTaskListRunFieldsFragment,
  AiTaskRunFieldsFragment,
  DeploymentEventFieldsFragment,
  DeploymentFieldsFragment,
  FollowUsageSubscription,
  Message,
  QuantgateClient,
} from '@quantgate/client';
import { createLiveStore, type LiveStore } from './live-store.ts';

/** A deployment with the events of its log that this page has seen. */
export interface DeploymentValue {
  deployment: DeploymentFieldsFragment | undefined;
  events: readonly DeploymentEventFieldsFragment[];
  /** True when events before the first one, or between two, are no longer kept. */
  hasGap: boolean;
}

/** What a deployment had used, and when this page learned of it. */
export type UsageSample = FollowUsageSubscription['conversationUsage'] & { seenAtMs: number };

/** What was said, and what it has used. */
export interface ConversationValue {
  messages: readonly Message[];
  /** Undefined for the thread of a sub-agent. */
  usage: FollowUsageSubscription['conversationUsage'] | undefined;
  /** The newest of the values that `usage` had while it was read. */
  usageSamples: readonly UsageSample[];
}

const MAX_SAMPLES = 1_000;

/** The run of a list, with the runs of its tasks. */
export interface RunValue {
  run: AiTaskListRunFieldsFragment | undefined;
  runs: readonly AiTaskRunFieldsFragment[];
}

export function deploymentStore(client: QuantgateClient, id: string): LiveStore<DeploymentValue> {
  let after: string | undefined = '0';
  return createLiveStore<DeploymentValue>(
    { deployment: undefined, events: [], hasGap: false },
    async (update, signal) => {
      for await (const { event, cursor, isAfterGap } of client.follow(id, {
        after,
        signal,
        untilTerminal: false,
      })) {
        after = cursor;
        update((value) => ({
          deployment: event.deployment ?? value.deployment,
          events: [...value.events, event],
          hasGap: value.hasGap || isAfterGap,
        }));
      }
    },
  );
}

/** All deployments of a task, or of the user: first a page of them, then every change. */
export function deploymentsStore(
  client: QuantgateClient,
  taskId: string | undefined,
): LiveStore<readonly DeploymentFieldsFragment[]> {
  return createLiveStore<readonly DeploymentFieldsFragment[]>([], async (update, signal) => {
    const page = await client.deployments({ taskId, first: 100 }, { signal });
    update(() => page.nodes);
    // Without a cursor the feed begins with the newest event of each unfinished one, so nothing is missed after the page.
    for await (const { event } of client.followAll({ taskId, signal })) {
      const { deployment } = event;
      update((value) =>
        deployment == null
          ? value.filter(({ id }) => id !== event.deploymentId)
          : replace(value, deployment, 'first'),
      );
    }
  });
}

export function conversationStore(
  client: QuantgateClient,
  id: string,
  callableId: string | undefined,
): LiveStore<ConversationValue> {
  const initial = { messages: [], usage: undefined, usageSamples: [] };
  return createLiveStore<ConversationValue>(initial, async (update, signal) => {
    const messages = async (): Promise<void> => {
      for await (const message of client.conversation(id, { callableId, signal, untilTerminal: false }))
        update((value) => {
          const next = [...value.messages];
          const at = next.findIndex(({ index }) => index === message.index);
          next.splice(at < 0 ? next.length : at, at < 0 ? 0 : 1, message);
          return { ...value, messages: next };
        });
    };
    const usage = async (): Promise<void> => {
      for await (const used of client.usage(id, { signal }))
        update((value) => ({
          ...value,
          usage: used,
          usageSamples: [...value.usageSamples, { ...used, seenAtMs: Date.now() }].slice(-MAX_SAMPLES),
        }));
    };
    await Promise.all(callableId === undefined ? [messages(), usage()] : [messages()]);
  });
}

/** Tasks that arrive within this time are shown together: a list sends each of its tasks at the beginning. */
const TOGETHER_MS = 30;

export function listStore(
  client: QuantgateClient,
  taskListId: string,
): LiveStore<readonly AiTaskFieldsFragment[]> {
  let after: string | undefined;
  // Outlives a pause: what is in it is behind the cursor already.
  const arrived = new Map<string, AiTaskFieldsFragment>();
  return createLiveStore<readonly AiTaskFieldsFragment[]>([], async (update, signal) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      clearTimeout(timer);
      timer = undefined;
      if (signal.aborted || arrived.size === 0) return;
      const changes = new Map(arrived);
      arrived.clear();
      update((value) => mergeTasks(value, changes));
    };
    show();
    try {
      for await (const { task, cursor, isAfterGap } of client.list(taskListId, { signal, after })) {
        if (isAfterGap) {
          arrived.clear();
          update(() => []);
        }
        arrived.set(task.id, task);
        after = cursor ?? after;
        timer ??= setTimeout(show, TOGETHER_MS);
      }
    } finally {
      show();
    }
  });
}

/** Replaces tasks in their places, adds new ones, and leaves out those that are gone. */
function mergeTasks(
  tasks: readonly AiTaskFieldsFragment[],
  changes: Map<string, AiTaskFieldsFragment>,
): readonly AiTaskFieldsFragment[] {
  const merged = tasks.map((task) => {
    const changed = changes.get(task.id);
    changes.delete(task.id);
    return changed ?? task;
  });
  return [...merged, ...changes.values()].filter(({ isGone }) => !isGone);
}

export function runStore(client: QuantgateClient, taskListId: string): LiveStore<RunValue> {
  return createLiveStore<RunValue>({ run: undefined, runs: [] }, async (update, signal) => {
    const found = await client.listRun(taskListId, { signal });
    if (found === null) return;
    update(() => ({ run: found, runs: found.runs }));
    for await (const { run } of client.run(taskListId, { signal }))
      update((value) => ({ run, runs: run.changed ? replace(value.runs, run.changed, 'last') : value.runs }));
  });
}

/** Replaces the item of the same id, or adds it. */
function replace<Item extends { id: string }>(
  items: readonly Item[],
  item: Item,
  where: 'first' | 'last',
): readonly Item[] {
  const at = items.findIndex(({ id }) => id === item.id);
  if (at >= 0) return items.with(at, item);
  return where === 'first' ? [item, ...items] : [...items, item];
}
