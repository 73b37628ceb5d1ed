import { writeAiTaskStatus } from '../../domain/ai-task-status.ts';
import type { ReadStart } from '../../domain/read-start.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import type { QuantCdnClient } from './client.ts';
import { MAX_LIMIT } from './encode.ts';
import { findTask, READS_AT_ONCE } from './find-task.ts';
import type { AiTask, AiTaskGraphNode, AiTaskPage, AiTaskQuery, DetailedAiTask } from './model.ts';

/** The tasks of a list, as far as the upstream shows them. */
export interface AiTaskListing {
  /** Newest first, each once. */
  tasks: AiTask[];
  /**
   * False when there may be more tasks than could be asked for, or a task could not be read. True is certain when each page had room, and when the
   * graph of the list named every task. After a split alone it is an assumption: an agent, an unassigned task or an
   * unknown raw status stays hidden if only tasks have it that are older than the newest 100 of their status.
   */
  isComplete: boolean;
}

/**
 * The statuses that a full page is split by, in the order in which tasks pass through them. They are asked for one
 * after the other: a task that changes its status meanwhile is then found under the later one, and the rate budget
 * is not spent at once.
 */
const SPLIT_STATUSES = ['PENDING', 'BLOCKED', 'IN_PROGRESS', 'FAILED', 'CANCELLED', 'COMPLETED'] as const;

/** A query whose page was full, so that there may be older tasks than the page showed. */
interface FullPage {
  query: AiTaskQuery;
  page: readonly AiTask[];
}

/**
 * Lists tasks beyond the single page of 100 that the upstream shows (docs/upstream/quantcdn.md, List tasks). A full
 * page is split by status, and a full page of one status by the agents found so far. In a query about one list, the
 * list's graph then names the tasks that are still missing, and each is read by itself. One call is enough if the
 * page has room, or holds as many tasks as are wanted.
 * @param query its `limit` may be more than a page holds; without it, all tasks are wanted
 * @param options.maxReads limit of tasks that are read by themselves
 * @param options.start the beginning of the read, if its observation is stored
 */
export async function listAll(
  client: QuantCdnClient,
  query: AiTaskQuery,
  { maxReads = 500, start }: { maxReads?: number; start?: ReadStart } = {},
): Promise<AiTaskListing> {
  const { limit = Number.POSITIVE_INFINITY, ...filter } = query;
  const found = createCollectedTasks(limit);
  const first = await client.listTasks({ ...filter, limit: Math.min(limit, MAX_LIMIT) }, start);
  found.add(first);
  if (!first.isFull || limit <= MAX_LIMIT) return { tasks: found.newest(), isComplete: found.isWhole() };
  // Ids alone do not tell by what a full page can be split.
  if (query.idsOnly) return listAll(client, { ...query, idsOnly: false }, { maxReads, start });

  const search = { client, found, start };
  const whole: FullPage = { query: filter, page: first.tasks };
  const ofStatus = filter.rawStatus === undefined ? await splitByStatus(search, filter) : [whole];
  const left = await splitByAgent(search, ofStatus);
  // An unknown raw status cannot be a filter, so there may be more such tasks than the first page showed.
  const isCut = left.length > 0 || (filter.rawStatus === undefined && found.hasUnknownStatus());
  const isComplete = !isCut || (await readMissing(search, filter, maxReads));
  return { tasks: found.newest(), isComplete: isComplete && found.isWhole() };
}

interface Search {
  client: QuantCdnClient;
  found: CollectedTasks;
  start: ReadStart | undefined;
}

/** Asks for each query in turn. @returns the full pages of which older tasks are needed */
async function askInOrder(
  { client, found, start }: Search,
  queries: readonly AiTaskQuery[],
): Promise<FullPage[]> {
  const full: FullPage[] = [];
  for (const query of queries) {
    const page = await client.listTasks({ ...query, limit: MAX_LIMIT }, start);
    found.add(page);
    if (page.isFull) full.push({ query, page: page.tasks });
  }
  return stillNeeded(found, full);
}

/** Drops pages whose older tasks are not needed any more: with each task found, the oldest needed one gets newer. */
function stillNeeded(found: CollectedTasks, pages: readonly FullPage[]): FullPage[] {
  return pages.filter(({ page }) => found.needsOlderThan(page.at(-1)));
}

function splitByStatus(search: Search, filter: AiTaskQuery): Promise<FullPage[]> {
  return askInOrder(
    search,
    SPLIT_STATUSES.map((status) => ({ ...filter, rawStatus: writeAiTaskStatus(status) })),
  );
}

/** @returns what is still cut: full pages of one agent, and full pages with unassigned tasks, which no filter finds */
async function splitByAgent(search: Search, pages: readonly FullPage[]): Promise<FullPage[]> {
  const agentIds = search.found.agentIds();
  const left: FullPage[] = [];
  for (const full of pages) {
    const { query, page } = full;
    const isOfOneAgent = query.assignedAgentId !== undefined;
    if (isOfOneAgent || page.some(({ assignedAgentId }) => assignedAgentId === null)) left.push(full);
    if (isOfOneAgent) continue;
    const ofAgents = agentIds.map((assignedAgentId) => ({ ...query, assignedAgentId }));
    left.push(...(await askInOrder(search, ofAgents)));
  }
  return stillNeeded(search.found, left);
}

/**
 * Reads the tasks of a list that no page has shown, one by one. The graph names every task of its list, without a
 * limit (docs/upstream/quantcdn.md, List tasks).
 * @returns true when no task is missing any more; false if the query is about no list, or too many are missing
 */
async function readMissing(
  { client, found, start }: Search,
  query: AiTaskQuery,
  maxReads: number,
): Promise<boolean> {
  if (query.taskListId === undefined) return false;
  const { nodes, taskCount, isComplete } = await client.readGraph(query.taskListId);
  const missing = nodes.filter((node) => !found.has(node.id) && mayMatch(node, query));
  const wanted = missing.slice(0, maxReads);
  const tasks = await mapLimit(READS_AT_ONCE, wanted, ({ id }) => findTask(client, id, start));
  const matching = tasks.filter((task) => task !== null && matches(task, query)) as DetailedAiTask[];
  found.add({ tasks: matching, isComplete });
  return wanted.length === missing.length && nodes.length >= taskCount;
}

/** False when the graph alone shows that the task does not match. */
function mayMatch(node: AiTaskGraphNode, { rawStatus, dependsOn }: AiTaskQuery): boolean {
  return (
    (rawStatus === undefined || node.rawStatus === rawStatus) &&
    (dependsOn === undefined || node.dependsOn.includes(dependsOn))
  );
}

/** Checks a task that was read, which may have changed since the graph was read. */
function matches({ details, ...task }: DetailedAiTask, query: AiTaskQuery): boolean {
  return (
    task.taskListId === query.taskListId &&
    (query.rawStatus === undefined || task.rawStatus === query.rawStatus) &&
    (query.assignedAgentId === undefined || task.assignedAgentId === query.assignedAgentId) &&
    (query.dependsOn === undefined || details.dependsOn.includes(query.dependsOn))
  );
}

/** Tasks of several answers, of which the newest `limit` are wanted. */
interface CollectedTasks {
  /** Adds tasks. If a task comes twice, the version with the later `updatedAt` counts. */
  add(page: Pick<AiTaskPage, 'tasks' | 'isComplete'>): void;
  has(id: string): boolean;
  /** False when an answer had tasks that could not be read. */
  isWhole(): boolean;
  /** The agents that tasks are assigned to. */
  agentIds(): string[];
  /** True when a task has a raw status that the gateway does not know. */
  hasUnknownStatus(): boolean;
  /** The newest tasks, at most `limit`, newest first. */
  newest(): AiTask[];
  /** True when tasks older than `oldest` may still be among the wanted ones, or when its time is not known. */
  needsOlderThan(oldest: AiTask | undefined): boolean;
}

function createCollectedTasks(limit: number): CollectedTasks {
  const byId = new Map<string, AiTask>();
  let isWhole = true;
  const newest = (): AiTask[] =>
    [...byId.values()].sort((one, other) => createdAtMs(other) - createdAtMs(one)).slice(0, limit);

  return {
    add({ tasks, isComplete }) {
      if (!isComplete) isWhole = false;
      for (const task of tasks) {
        const known = byId.get(task.id);
        if (known === undefined || (task.updatedAt ?? '') >= (known.updatedAt ?? '')) byId.set(task.id, task);
      }
    },
    has: (id) => byId.has(id),
    isWhole: () => isWhole,
    agentIds: () => [...new Set([...byId.values()].flatMap(({ assignedAgentId }) => assignedAgentId ?? []))],
    hasUnknownStatus: () => [...byId.values()].some(({ status }) => status === 'UNKNOWN'),
    newest,
    needsOlderThan(oldest) {
      if (byId.size < limit || oldest === undefined) return true;
      const last = newest().at(-1);
      return last === undefined || !(createdAtMs(oldest) <= createdAtMs(last));
    },
  };
}

/** 0 when the time is not known, so that such a task comes last. */
function createdAtMs({ createdAt }: AiTask): number {
  return createdAt === null ? 0 : Date.parse(createdAt);
}
