import { readFree, readFreeElements } from '../fields/free-values.ts';
import type { ObjectReader } from '../fields/object-reader.ts';
import { MAX_INT, textOf } from '../fields/values.ts';
import { flag, idUnlessZero, person, time } from './fields.ts';
import { withoutSecrets } from './llm-keys.ts';
import type { Agent, AgentTask, Deployment, Node, Organization } from './model.ts';
import { interpretStatus, isKnownStatus } from './status.ts';

/**
 * Decoders of agents, tasks and deployments. Each gives `undefined` when the id is missing, and nothing else is required.
 */

const EFFORTS = new Set(['low', 'medium', 'high']);
const PREFERENCES = new Set(['project-each-task-deployment', 'project-for-task']);

/** An agent (docs/upstream/quantconnect.md, Agent fields). Of its `token` only the provider is read. */
export function decodeAgent(agent: ObjectReader): Agent | undefined {
  const id = agent.id('id');
  if (id === null) return undefined;
  const token = agent.object('token');
  token?.known('llmApiTokenUser');
  return {
    id,
    name: agent.text('name') ?? '',
    description: agent.text('description'),
    profileImage: agent.text('profileImage'),
    systemPrompt: agent.text('systemPrompt'),
    reasoningEffort: agent.word('reasoningEffort', (word) => EFFORTS.has(word.toLowerCase())),
    maxTurns: agent.int('maxTurns'),
    toolChoice: agent.textUnlessEmpty('toolChoice'),
    tools: agent.values('tools', textOf),
    public: flag(agent, 'public'),
    model: agent.textUnlessEmpty('model'),
    pipeline: agent.textUnlessEmpty('pipeline'),
    outputSchema: readFree(agent, 'outputSchema'),
    useQcc: flag(agent, 'useQCC'),
    llmProvider: token?.textUnlessEmpty('llmProviderApi') ?? null,
    chainedAgents: agent.list('chainedAgents', decodeChainedAgent),
    subAgents: agent.list('subAgents', decodeSubAgent),
    author: person(agent, 'author'),
    organization: decodeOrganization(agent),
    node: decodeNode(agent),
    createdAt: time(agent, 'created'),
    updatedAt: time(agent, 'updated'),
    incompleteLists: agent.incompleteLists(),
    isComplete: agent.incompleteLists().length === 0,
    raw: withoutSecrets(agent.raw()),
  };
}

/** `agent` is the agent itself, where the upstream adds it; it is read by its id instead. */
function decodeChainedAgent(entry: ObjectReader) {
  const agentId = entry.id('agentId');
  entry.known('agent');
  return agentId === null ? undefined : { agentId, step: entry.count('step', MAX_INT) };
}

function decodeSubAgent(entry: ObjectReader) {
  const agentId = entry.id('agentId');
  entry.known('agent');
  return agentId === null ? undefined : { agentId, callableCount: entry.int('callableCount') };
}

/** An organization without an id, as agents of the platform have it, stays in `raw`. */
function decodeOrganization(agent: ObjectReader): Organization | null {
  const organization = agent.object('organization');
  const id = organization?.id('id') ?? null;
  if (organization === null || id === null) {
    agent.leave('organization');
    return null;
  }
  return { id, name: organization.text('name'), profile: organization.text('profile') };
}

function decodeNode(agent: ObjectReader): Node | null {
  const node = agent.object('node');
  const id = node?.id('id') ?? null;
  if (node === null || id === null) {
    agent.leave('node');
    return null;
  }
  return { id, sku: node.text('sku') };
}

/**
 * A task (docs/upstream/quantconnect.md, Task fields). `deployments` is a count, and `status` lists the unfinished
 * ones.
 */
export function decodeTask(task: ObjectReader): AgentTask | undefined {
  const id = task.id('id');
  if (id === null) return undefined;
  return {
    id,
    name: task.text('name') ?? '',
    prompt: task.text('prompt') ?? '',
    organizationId: task.id('organizationId') ?? '',
    agentId: task.id('agentId') ?? '',
    projectPreference: task.word('projectPreference', (word) => PREFERENCES.has(word)),
    projectId: idUnlessZero(task, 'projectId'),
    deploymentCount: task.count('deployments'),
    lastDeploymentId: task.id('lastDeploymentId'),
    lastDeployedAt: time(task, 'lastDeploymentTime'),
    owner: person(task, 'owner'),
    schedule: task.textUnlessEmpty('schedule'),
    scheduleHuman: task.textUnlessEmpty('scheduleHuman'),
    upcomingDeployments: readFreeElements(task, 'upcomingDeployments'),
    notifications: readFreeElements(task, 'notifications'),
    createdAt: time(task, 'created'),
    updatedAt: time(task, 'updated'),
    activeDeployments: task.list('status', decodeActiveDeployment),
    incompleteLists: task.incompleteLists(),
    isComplete: task.incompleteLists().length === 0,
    raw: withoutSecrets(task.raw()),
  };
}

function decodeActiveDeployment(entry: ObjectReader) {
  const deploymentId = entry.id('deploymentId');
  return deploymentId === null
    ? undefined
    : { deploymentId, rawStatus: entry.word('status', isKnownStatus) ?? '' };
}

/** A deployment (docs/upstream/quantconnect.md, Deployment fields). `debug` stands beside it in the answer to a create. */
export function decodeDeployment(deployment: ObjectReader): Deployment | undefined {
  const id = deployment.id('deploymentId');
  if (id === null) return undefined;
  deployment.known('debug');
  const facts = {
    rawStatus: deployment.word('status', isKnownStatus) ?? '',
    runtimeError: deployment.textUnlessEmpty('runtimeError'),
    endedAt: time(deployment, 'ended'),
  };
  return {
    id,
    ...facts,
    ...interpretStatus(facts),
    taskId: deployment.id('taskId'),
    agentId: deployment.id('agentId'),
    model: deployment.textUnlessEmpty('model'),
    prompt: deployment.textUnlessEmpty('prompt'),
    projectId: idUnlessZero(deployment, 'projectId'),
    versionId: deployment.id('versionId'),
    machine: deployment.textUnlessEmpty('machine'),
    hostName: deployment.textUnlessEmpty('hostName'),
    mcpTools: deployment.values('mcpTools', textOf),
    createdAt: time(deployment, 'created'),
    startedAt: time(deployment, 'started'),
    incompleteLists: deployment.incompleteLists(),
    isComplete: deployment.incompleteLists().length === 0,
    raw: withoutSecrets(deployment.raw()),
  };
}
