import { isGatewayError } from '../../errors.ts';
import type { JsonObject } from '../../lib/json.ts';
import { graphPath, MAX_LIMIT, taskPath, tasksRoot } from '../../upstream/quantcdn/encode.ts';
import { objectIn, type ProbeAnswer } from '../answers.ts';
import { createReads, type ProbeOptions } from '../reads.ts';
import { objectsOf, QUANTCDN_READS, QuantCdnEvidence, type QuantCdnRead, textsOf } from './evidence.ts';

/** A stored credential, opened. */
export interface QuantCdnProbeTarget {
  /** The origin alone. */
  baseUrl: string;
  organisation: string;
  apiToken: string;
}

/** Each read once. */
export const MAX_QUANTCDN_CALLS = QUANTCDN_READS.length;

/** An id that no task, a name that no list and no organisation has. */
const UNKNOWN_ID = 'ffffffff-ffff-4fff-bfff-ffffffffffff';
const UNKNOWN_NAME = `unknown-${UNKNOWN_ID}`;
const ENDED: ReadonlySet<unknown> = new Set(['completed', 'failed', 'cancelled']);

/** Why a read that needs an object is not made. */
const NEEDS: readonly [QuantCdnRead, string][] = [
  ['getTask', 'there is no task to look at'],
  ['getTask of an ended task', 'there is no second task that has ended'],
  ['getDependencyGraph', 'no task is in a list'],
  ['listTasks with filters', 'no task is in a list'],
  ['listTasks with dependsOn', 'there is no task to look at'],
  ['listTasks with includeDetails', 'there is no task to look at'],
];

/** Asks every read, one after the other, and returns the answers. */
export async function askQuantCdn(
  { baseUrl, organisation, apiToken }: QuantCdnProbeTarget,
  options: ProbeOptions,
): Promise<QuantCdnEvidence> {
  const evidence = new QuantCdnEvidence();
  const reads = createReads<QuantCdnRead>(options, evidence, {
    maxCalls: MAX_QUANTCDN_CALLS,
    asksForPause: ({ status }) => status === 429 || status === 503,
  });
  const root = tasksRoot(organisation);
  const authorization = { authorization: `Bearer ${apiToken}` };
  const ask = (
    read: QuantCdnRead,
    path: string,
    query: Record<string, string> = {},
    headers: Record<string, string> = authorization,
  ) => {
    const search = Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`;
    return reads.ask(read, () => ({ method: 'GET', url: `${baseUrl}${path}${search}`, headers }));
  };

  try {
    const first = await ask('listTasks', root, { limit: String(MAX_LIMIT) });
    if (first?.status === 401 || first?.status === 403) {
      reads.skip(QUANTCDN_READS.slice(1), 'not asked, because the token was refused');
      return evidence;
    }
    for (const [read, reason] of NEEDS) reads.skip([read], reason);
    const page = tasksIn(first);
    await ask('listTasks with limit 1', root, { limit: '1' });
    const [newest] = page;
    const ended = page.find((task) => ENDED.has(task.status) && task !== newest);
    const pathOf = (task: JsonObject | undefined) =>
      task && pathUnlessImpossible(root, () => taskPath(String(task.taskId)));
    const newestPath = pathOf(newest);
    if (newestPath) await ask('getTask', newestPath);
    const endedPath = pathOf(ended);
    if (endedPath) await ask('getTask of an ended task', endedPath);

    const list = largestList(page);
    const listPath = list === undefined ? undefined : pathUnlessImpossible(root, () => graphPath(list));
    const graph = listPath ? await ask('getDependencyGraph', listPath) : undefined;
    const status = page.find((task) => task.taskListId === list)?.status;
    if (list !== undefined && typeof status === 'string') {
      evidence.filters = { taskListId: list, status };
      await ask('listTasks with filters', root, evidence.filters);
    }
    evidence.dependency = dependencyIn(evidence, graph);
    const dependsOn = evidence.dependency ?? newest?.taskId;
    if (typeof dependsOn === 'string') {
      await ask('listTasks with dependsOn', root, { dependsOn });
      await ask('listTasks with includeDetails', root, { dependsOn, includeDetails: 'true' });
    }
    await ask('getDependencyGraph of an unknown list', `${root}${graphPath(UNKNOWN_NAME)}`);
    await ask('getTask of an unknown id', `${root}${taskPath(UNKNOWN_ID)}`);
    await ask('listTasks with a wrong status', root, { status: 'unknown' });
    await ask('listTasks without a token', root, {}, {});
    await ask('listTasks of an unknown organisation', tasksRoot(UNKNOWN_NAME), { limit: '1' });
    reads.explain(QUANTCDN_READS);
    return evidence;
  } finally {
    await reads.close();
  }
}

function tasksIn(answer: ProbeAnswer | undefined): JsonObject[] {
  return answer?.status === 200 ? objectsOf(objectIn(answer)?.tasks) : [];
}

/** The path of an object; undefined when its id cannot be part of one. */
function pathUnlessImpossible(root: string, path: () => string): string | undefined {
  try {
    return `${root}${path()}`;
  } catch (error) {
    if (isGatewayError(error)) return undefined;
    throw error;
  }
}

/** The list with the most tasks of a page. */
function largestList(page: readonly JsonObject[]): string | undefined {
  const lists = Map.groupBy(page, ({ taskListId }) => taskListId);
  const [largest] = [...lists]
    .filter(([id]) => typeof id === 'string' && id !== '')
    .sort(([, one], [, other]) => other.length - one.length);
  return largest?.[0] as string | undefined;
}

/** A task of the graph that another one depends on. */
function dependencyIn(evidence: QuantCdnEvidence, answer: ProbeAnswer | undefined): string | undefined {
  if (answer?.status !== 200 || objectIn(answer) === undefined) return undefined;
  return evidence.graph().nodes.flatMap(({ dependsOn }) => textsOf(dependsOn))[0];
}
