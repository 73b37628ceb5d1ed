import type { AgentRecord, Deployment, TaskRecord } from './records.ts';
import type { Part } from './steps.ts';

/**
 * Contents of fields that are usually empty or not published (`Behavior.fillFields`). Each value is found nowhere else in
 * its answer, so that a test can tell where it went.
 */

export function filledAgent(expand: (agentId: number) => unknown, agent: AgentRecord) {
  return {
    outputSchema: { type: 'object', properties: { verdict: { type: 'string' } } },
    chainedAgents: agent.chainedAgents.map((entry) => ({ ...entry, agent: expand(entry.agentId) })),
    subAgents: agent.subAgents.map((entry) => ({ ...entry, agent: expand(entry.agentId) })),
  };
}

export function filledTask(task: TaskRecord) {
  return {
    upcomingDeployments: [{ taskId: task.id, time: '2031-01-02 09:30:00' }],
    schedule: '30 9 * * 1-5',
    scheduleHuman: 'At market open',
    notifications: [
      { kind: 'email', address: 'desk' },
      { kind: 'telegram', chat: 77 },
    ],
  };
}

/** `debug` of a create: internal, without a schema. */
export function filledDebug(agent: AgentRecord) {
  return { agent: { id: agent.id, version: 3, token: agent.token }, resources: { cores: 4 } };
}

export function filledConversation(deployment: Deployment) {
  return {
    notificationTargets: [{ kind: 'sms', phone: 'desk' }],
    agentProperties: { [deployment.agentId]: { temperature: 0.25 } },
    chatMessages: [{ from: 'user', said: deployment.prompt }],
  };
}

/** A message in which each part has every field of its type, and which ends with a part of each further type. */
export function filledMessage(message: Part, agentId: number): Part {
  const parts = message.parts as Part[];
  return {
    ...message,
    metadata: { agentId, model: 'opus' },
    parts: [
      ...parts.map(filledPart),
      { type: 'file', mediaType: 'image/png', url: 'https://example.com/chart', filename: 'chart' },
      { type: 'source-url', sourceId: 's1', url: 'https://example.com/filing', title: 'Filing' },
      { type: 'source-document', sourceId: 's2', mediaType: 'text/plain', title: 'Notes', filename: 'notes' },
      { type: 'data-weather', id: 'd1', data: { degrees: 21.5 } },
    ],
  };
}

function filledPart(part: Part): Part {
  const providerMetadata = { cache: 'hit' };
  if (part.type === 'text') return { ...part, providerMetadata };
  if (part.type === 'reasoning') return { ...part, id: 'r1', providerMetadata };
  if (part.type !== 'dynamic-tool') return part;
  const more = {
    title: 'A call',
    providerExecuted: true,
    preliminary: false,
    approval: { id: 'a1', approved: true },
  };
  return { ...part, ...more };
}
