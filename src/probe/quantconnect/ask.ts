import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { isBadSignature, readEnvelope } from '../../upstream/quantconnect/answer.ts';
import { sign } from '../../upstream/quantconnect/sign.ts';
import { objectIn, type ProbeAnswer } from '../answers.ts';
import { createReads, type ProbeOptions, type Reads } from '../reads.ts';
import {
  isEnded,
  isQueued,
  objectsOf,
  QUANTCONNECT_READS,
  QuantConnectEvidence,
  type QuantConnectRead,
} from './evidence.ts';

/** A stored credential, opened. */
export interface QuantConnectProbeTarget {
  /** Without a trailing slash. */
  baseUrl: string;
  userId: string;
  apiToken: string;
  organizationId: string | null;
}

/** Each read once, and `authenticate` a second time when the clocks differ. */
export const MAX_QUANTCONNECT_CALLS = QUANTCONNECT_READS.length + 1;

/** Older than every lifetime that is known (docs/upstream/quantconnect.md, Signature lifetime). */
const OLD_MS = 3 * 3_600_000;
/** Closer clocks are no reason for a refused signature. */
const SAME_CLOCK_MS = 60_000;
/** Ids that no agent and no organization has. */
const UNKNOWN_AGENT = 2_147_483_647;
const UNKNOWN_ORGANIZATION = 'f'.repeat(32);

/** Why a read that needs an object is not made. */
const NEEDS: readonly [QuantConnectRead, string][] = [
  ['agents/read', 'there is no agent to look at'],
  ['deployments/list', 'there is no task to look at'],
  ['tasks/read', 'there is no task to look at'],
  ['deployments/read', 'there is no deployment to look at'],
  ['conversation/read', 'there is no deployment that has begun'],
  ['conversation/read of a thread', 'no conversation names a thread'],
  ['conversation/read of a queued deployment', 'no deployment is queued'],
];

type Ask = (read: QuantConnectRead, path: string, body: JsonObject) => Promise<ProbeAnswer | undefined>;

/** Asks every read, one after the other, and returns the answers. */
export async function askQuantConnect(
  target: QuantConnectProbeTarget,
  options: ProbeOptions,
): Promise<QuantConnectEvidence> {
  const evidence = new QuantConnectEvidence();
  const reads = createReads<QuantConnectRead>(options, evidence, {
    maxCalls: MAX_QUANTCONNECT_CALLS,
    asksForPause,
  });
  let offsetMs = 0;
  const ask = (read: QuantConnectRead, path: string, body: JsonObject, ageMs = 0) =>
    reads.ask(read, () => ({
      method: 'POST',
      url: `${target.baseUrl}/${path}`,
      headers: { ...sign(target.userId, target.apiToken, options.clock.evenMs() + offsetMs - ageMs) },
      body: JSON.stringify(body),
    }));
  try {
    const first = await ask('authenticate', 'authenticate', {});
    const aheadMs = first && isRefused(first) ? clockDifferenceMs(first) : 0;
    if (Math.abs(aheadMs) > SAME_CLOCK_MS) {
      offsetMs = aheadMs;
      await ask('authenticate', 'authenticate', {});
    }
    const answer = evidence.all().at(0)?.answer;
    if (answer !== undefined && isRefused(answer)) {
      reads.skip(QUANTCONNECT_READS.slice(1), 'not asked, because authenticate was refused');
      return evidence;
    }
    for (const [read, reason] of NEEDS) reads.skip([read], reason);
    await askAboutObjects(target.organizationId, evidence, reads, ask);
    await ask('agents/read of an unknown id', 'agents/read', { agentId: UNKNOWN_AGENT });
    await ask('agents/list of an unknown organization', 'agents/list', {
      organizationId: UNKNOWN_ORGANIZATION,
    });
    await ask('an unknown path', 'agents/unknown/read', {});
    await ask('authenticate with an old signature', 'authenticate', {}, OLD_MS);
    reads.explain(QUANTCONNECT_READS);
    return evidence;
  } finally {
    await reads.close();
  }
}

async function askAboutObjects(
  organizationId: string | null,
  evidence: QuantConnectEvidence,
  reads: Reads<QuantConnectRead>,
  ask: Ask,
): Promise<void> {
  if (organizationId === null) {
    reads.skip(['agents/list', 'tasks/list'], 'the credential has no organization');
    return;
  }
  const agents = itemsOf(await ask('agents/list', 'agents/list', { organizationId }), 'agents');
  const agent = agents.find(({ token }) => isJsonObject(token)) ?? agents[0];
  if (agent) await ask('agents/read', 'agents/read', { agentId: agent.id });

  const tasks = itemsOf(await ask('tasks/list', 'agents/tasks/list', { organizationId }), 'tasks');
  const task = mostTelling(tasks, agents);
  if (task === undefined) return;
  const deployments = itemsOf(
    await ask('deployments/list', 'agents/deployments/list', { taskId: task.id }),
    'deployments',
  );
  await ask('tasks/read', 'agents/tasks/read', { taskId: task.id });

  const deployment =
    deployments.findLast(isEnded) ?? deployments.findLast((one) => !isQueued(one)) ?? deployments[0];
  if (deployment) await askAboutDeployment(deployment, ask);
  const queued = [...deployments, ...tasks.flatMap(({ status }) => objectsOf(status))].find(isQueued);
  if (queued) {
    const { deploymentId } = queued;
    await ask('conversation/read of a queued deployment', 'agents/deployments/conversation/read', {
      deploymentId,
    });
  }
  evidence.agentOfTask = agents.find(({ id }) => String(id) === String(task.agentId));
}

async function askAboutDeployment(deployment: JsonObject, ask: Ask): Promise<void> {
  const { deploymentId } = deployment;
  await ask('deployments/read', 'agents/deployments/read', { deploymentId });
  if (isQueued(deployment)) return;
  const path = 'agents/deployments/conversation/read';
  const answer = await ask('conversation/read', path, { deploymentId });
  const conversation = answer && objectIn(answer)?.conversation;
  const agents = objectsOf(isJsonObject(conversation) ? conversation.agents : undefined);
  const callableId = agents.map((one) => one.callableId).find((id) => typeof id === 'string');
  if (callableId !== undefined)
    await ask('conversation/read of a thread', path, { deploymentId, callableId });
}

/** The task whose deployments show most: some, of an agent with sub-agents, some of them unfinished. */
function mostTelling(tasks: readonly JsonObject[], agents: readonly JsonObject[]): JsonObject | undefined {
  const hasSubAgents = (agentId: unknown): boolean =>
    agents.some(({ id, subAgents }) => String(id) === String(agentId) && objectsOf(subAgents).length > 0);
  const score = ({ deployments, agentId, status }: JsonObject): number =>
    (Number(deployments) > 0 ? 4 : 0) +
    (hasSubAgents(agentId) ? 2 : 0) +
    (objectsOf(status).length > 0 ? 1 : 0);
  return [...tasks].sort((one, other) => score(other) - score(one))[0];
}

function itemsOf(answer: ProbeAnswer | undefined, name: string): JsonObject[] {
  return objectsOf(answer && objectIn(answer)?.[name]);
}

/** True when the signature was refused, in whichever shape. */
export function isRefused(answer: ProbeAnswer): boolean {
  const envelope = readEnvelope(objectIn(answer));
  if (isBadSignature(answer.status, envelope)) return true;
  return answer.status >= 400 ? answer.status <= 500 && answer.status !== 429 : envelope?.success === false;
}

function asksForPause(answer: ProbeAnswer): boolean {
  const texts = readEnvelope(objectIn(answer))?.messages ?? [];
  return (
    answer.status === 429 ||
    answer.status === 503 ||
    texts.some((text) => /too many .{0,80}requests|slow down|rate limit/i.test(text))
  );
}

/** How far the upstream's clock is ahead, by the header `Date`; 0 without one. */
function clockDifferenceMs({ header, headersAtMs }: ProbeAnswer): number {
  const dateMs = Date.parse(header('date') ?? '');
  return Number.isNaN(dateMs) ? 0 : dateMs - headersAtMs;
}
