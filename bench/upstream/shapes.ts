/** What the fake upstreams answer with: the shapes and sizes of QuantConnect's published answers. */

const PROSE =
  'Research momentum and mean reversion across liquid US equities, write the algorithm, backtest it, and report drawdown, Sharpe and turnover before any change of parameters. ';
const FIRST_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
const PERSON = { publicId: 'bench_author', name: 'Bench Author', image: 'a7.jpeg' };

function prose(length: number): string {
  return PROSE.repeat(Math.ceil(length / PROSE.length)).slice(0, length);
}
function time(hours: number): string {
  return new Date(FIRST_MS + hours * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ');
}

export function agentView(id: number, organizationId: string) {
  return {
    id,
    name: `Agent ${id} Fluorescent Parrot`,
    description: prose(80),
    profileImage: `agent-${id % 7}.png`,
    systemPrompt: prose(400),
    reasoningEffort: ['low', 'medium', 'high'][id % 3],
    maxTurns: 40 + id,
    toolChoice: 'auto',
    tools: ['backtest', 'read_file', 'write_file', 'search_docs', 'compile'],
    public: id % 2 === 0,
    model: ['model-large-4', 'model-mini-4', 'model-research-2'][id % 3],
    chainedAgents: [],
    subAgents: [],
    useQCC: true,
    pipeline: null,
    outputSchema: null,
    created: time(id),
    updated: time(id + 9),
    author: PERSON,
    organization: { id: organizationId, name: 'Bench Org', profile: 'b2.png' },
    token: null,
    node: { id: 0, sku: 'L-MICRO' },
  };
}

export function taskView(
  id: number,
  organizationId: string,
  active: { deploymentId: string; status: string }[],
) {
  return {
    id,
    name: `Task ${id} ${prose(24).trim()}`,
    organizationId,
    agentId: 1 + (id % 5),
    prompt: prose(220),
    deployments: 5,
    lastDeploymentId: null,
    lastDeploymentTime: time(1),
    created: time(id % 1_000),
    updated: time((id % 1_000) + 3),
    projectPreference: 'project-for-task',
    projectId: 900_000 + id,
    owner: PERSON,
    upcomingDeployments: null,
    status: active,
    schedule: null,
    scheduleHuman: null,
  };
}

export function deploymentView(id: string, taskId: number, status: string) {
  const hasEnded = status === 'Completed';
  return {
    deploymentId: id,
    taskId,
    agentId: 1 + (taskId % 5),
    status,
    model: null,
    created: time(1),
    started: time(2),
    ended: hasEnded ? time(3) : null,
    machine: null,
    hostName: 'node-1',
    mcpTools: [],
    prompt: null,
    projectId: 900_000 + taskId,
    versionId: 17_000,
    runtimeError: null,
  };
}

export function conversationView(deploymentId: string, organizationId: string) {
  return {
    id: deploymentId,
    userId: 1,
    organizationId,
    channel: 'bench',
    projectId: 1,
    prompt: 'p',
    agents: [],
    notificationTargets: [],
    messages: [],
    agentProperties: [],
    chatMessages: [],
    inputTokens: 0,
    outputTokens: 0,
    aggregateStatus: 'Running',
  };
}
