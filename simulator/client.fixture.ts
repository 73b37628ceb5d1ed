import { createHash } from 'node:crypto';
import {
  predefinedAgent,
  type Simulator,
  type SimulatorOptions,
  seededAccount,
  seededOrganization,
  startSimulator,
} from './index.ts';

/** Signing headers, written from docs/upstream/quantconnect.md, Signing, and not from the simulator's own code. */
export function sign(userId: string, apiToken: string, timestamp: number | string): Record<string, string> {
  const hash = createHash('sha256').update(`${apiToken}:${timestamp}`, 'utf8').digest('hex');
  const basic = Buffer.from(`${userId}:${hash}`, 'utf8').toString('base64');
  return { authorization: `Basic ${basic}`, timestamp: String(timestamp) };
}

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of any shape.
export type Json = any;

export type Api = (path: string, body?: unknown) => Promise<Json>;

/** A client of one account. It posts, expects HTTP 200 and returns the JSON. */
export function clientOf(sim: Simulator, account: { userId: string; apiToken: string } = seededAccount) {
  const send = (path: string, body: unknown = {}) =>
    fetch(`${sim.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...sign(account.userId, account.apiToken, Math.floor(sim.clock.wall() / 1_000)),
      },
      body: JSON.stringify(body),
      redirect: 'manual',
    });
  const api: Api = async (path, body) => {
    const response = await send(path, body);
    if (response.status !== 200) throw new Error(`${path} answered HTTP ${response.status}`);
    return response.json();
  };
  return { send, api };
}

export const organizationId = seededOrganization.id;

/**
 * A simulator with a manual clock at 2026-05-06 19:00:00; deployments take 1 s in the queue and three steps of 10 s.
 */
export async function stillSimulator(options: SimulatorOptions = {}) {
  const sim = await startSimulator({
    manualClock: true,
    startMs: Date.UTC(2026, 4, 6, 19),
    pace: { queueMs: 1_000, stepMs: 10_000, steps: 3 },
    predefinedAgents: [predefinedAgent],
    ...options,
  });
  return { sim, ...clientOf(sim) };
}

/** Creates a task of the predefined agent. */
export async function createTask(api: Api, fields: Record<string, unknown> = {}): Promise<Json> {
  const { task } = await api('/agents/tasks/create', {
    organizationId,
    agentId: predefinedAgent.id,
    name: 'Print hello',
    prompt: 'Print hello',
    projectPreference: 'project-each-task-deployment',
    ...fields,
  });
  return task;
}

/** Creates a task and deploys it. */
export async function deploy(api: Api, fields: Record<string, unknown> = {}): Promise<string> {
  const task = await createTask(api, fields);
  const { deployment } = await api('/agents/deployments/create', { taskId: task.id });
  return deployment.deploymentId;
}
