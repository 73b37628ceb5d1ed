import { writeAiTaskStatus } from '../../domain/ai-task-status.ts';
import type { QuantCdnClient } from './client.ts';
import { type CollectedTasks, createCollectedTasks } from './collected-tasks.ts';
import { readMissing } from './find-task.ts';
import type { AiTask, AiTaskQuery } from './model.ts';
import { MAX_LIMIT } from './wire.ts';

/** A list as far as it can be seen. */
export interface AiTaskListing {
  /** Newest first, each once. */
  tasks: AiTask[];
  /**
   * False when more may match than could be asked for. True is proven where each page had room, and where the graph of
   * the list has named every task; after a split alone it is presumed: nothing tells of an agent, of an unassigned
   * task or of a word for a status that only older tasks have than the newest 100 of their status.
   */
  isComplete: boolean;
}

/**
 * In the order in which work goes on: slices are asked for one after the other, so that a task which moves on
 * meanwhile is met in a later one. All at once they would also take the whole rate budget.
 */
const SLICES = ['PENDING', 'BLOCKED', 'IN_PROGRESS', 'FAILED', 'CANCELLED', 'COMPLETED'] as const;

/** A query whose page was full: there may be more tasks, older than those it showed. */
interface FullSlice {
  query: AiTaskQuery;
  page: readonly AiTask[];
}

/**
 * Lists tasks beyond the one page of 100 the upstream shows (its page, section 3.2): a full page is split by status, a
 * full page of one status by the agents met so far; what may still be out of sight of a query about one list is named
 * by the list's graph and read by itself. One call where the page has room, or holds as many as are wanted.
 * @param query its `limit` may be more than a page holds; without one everything is wanted
 * @param options.maxReads how many tasks may be read by themselves
 */
export async function listAll(
  client: QuantCdnClient,
  query: AiTaskQuery,
  { maxReads = 500 }: { maxReads?: number } = {},
): Promise<AiTaskListing> {
  const { limit = Number.POSITIVE_INFINITY, ...filter } = query;
  const seen = createCollectedTasks(limit);
  const first = await client.listTasks({ ...filter, limit: Math.min(limit, MAX_LIMIT) });
  seen.add(first.tasks);
  if (!first.isFull || limit <= MAX_LIMIT) return { tasks: seen.newest(), isComplete: true };

  const splitter = { client, seen };
  const whole: FullSlice = { query: filter, page: first.tasks };
  const ofStatus = filter.rawStatus === undefined ? await splitByStatus(splitter, filter) : [whole];
  const left = await splitByAgent(splitter, ofStatus);
  // A word the gateway does not know is no filter: of these tasks there may be more than the first page showed.
  const isCut = left.length > 0 || (filter.rawStatus === undefined && seen.hasUnknownStatus());
  const isComplete = !isCut || (await readMissing(client, filter, seen, maxReads));
  return { tasks: seen.newest(), isComplete };
}

interface Splitter {
  client: QuantCdnClient;
  seen: CollectedTasks;
}

/** Asks for each slice in turn. @returns those with a full page whose older tasks are wanted as well */
async function askInTurn({ client, seen }: Splitter, queries: readonly AiTaskQuery[]): Promise<FullSlice[]> {
  const full: FullSlice[] = [];
  for (const query of queries) {
    const { tasks: page, isFull } = await client.listTasks({ ...query, limit: MAX_LIMIT });
    seen.add(page);
    if (isFull) full.push({ query, page });
  }
  return stillWanted(seen, full);
}

/** The more has been seen, the newer is the oldest task that is wanted. */
function stillWanted(seen: CollectedTasks, slices: readonly FullSlice[]): FullSlice[] {
  return slices.filter(({ page }) => seen.needsOlderThan(page.at(-1)));
}

function splitByStatus(splitter: Splitter, filter: AiTaskQuery): Promise<FullSlice[]> {
  return askInTurn(
    splitter,
    SLICES.map((status) => ({ ...filter, rawStatus: writeAiTaskStatus(status) })),
  );
}

/** @returns what is still cut: slices of one agent, and slices with unassigned tasks, for which no filter asks */
async function splitByAgent(splitter: Splitter, slices: readonly FullSlice[]): Promise<FullSlice[]> {
  const agents = splitter.seen.agentIds();
  const left: FullSlice[] = [];
  for (const slice of slices) {
    const { query, page } = slice;
    const isFinest = query.assignedAgentId !== undefined;
    if (isFinest || page.some(({ assignedAgentId }) => assignedAgentId === null)) left.push(slice);
    if (isFinest) continue;
    const ofAgents = agents.map((assignedAgentId) => ({ ...query, assignedAgentId }));
    left.push(...(await askInTurn(splitter, ofAgents)));
  }
  return stillWanted(splitter.seen, left);
}
