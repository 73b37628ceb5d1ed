/** The requests that are measured, and what a right answer to each has. */
import assert from 'node:assert/strict';

/** A request of one caller. */
export interface Wish {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

export const WORKLOADS = ['W1', 'W2', 'W3', 'R1', 'R2'] as const;
export type Workload = (typeof WORKLOADS)[number];

export const TITLES: Record<Workload, string> = {
  W1: 'one small read',
  W2: 'a list of 50, three fields',
  W3: '20 tasks, each with its agent and deployments',
  R1: 'REST, one agent',
  R2: 'REST, a list of 50',
};

/** The workload of the peers that a REST twin is compared with. */
export const PEER_WORKLOAD: Record<Workload, Workload> = { W1: 'W1', W2: 'W2', W3: 'W3', R1: 'W1', R2: 'W2' };

function graphql(query: string): Wish {
  return { method: 'POST', path: '/graphql', body: JSON.stringify({ query }) };
}
function get(path: string): Wish {
  return { method: 'GET', path };
}

export const GRAPHQL: Partial<Record<Workload, Wish>> = {
  W1: graphql('{ agent(id: 1) { id name model } }'),
  W2: graphql('{ tasks(organizationId: "org50") { id name agentId } }'),
  W3: graphql(
    '{ tasks(organizationId: "org20") { id name agent { id name model } deployments { id status } } }',
  ),
};
export const GATEWAY: Partial<Record<Workload, Wish>> = {
  ...GRAPHQL,
  R1: get('/v1/agents/1'),
  R2: get('/v1/tasks?organizationId=org50'),
};
export const PEER_REST: Partial<Record<Workload, Wish>> = {
  W1: get('/agents/1'),
  W2: get('/tasks/org50'),
  W3: get('/nested/org20'),
};
export const PEER_HAND: Partial<Record<Workload, Wish>> = {
  W1: get('/hand/agents/1'),
  W2: get('/hand/tasks/org50'),
};

interface Shown {
  id: unknown;
  name: string;
  agent?: { id: unknown; name: string };
  deployments?: unknown;
}

/** @throws AssertionError when an answer has not what the upstream told */
export function assertRight(workload: Workload, text: string): void {
  const answer = JSON.parse(text);
  const data = answer.data ?? answer;
  assert.equal(answer.errors?.length ?? 0, 0, text);
  if (PEER_WORKLOAD[workload] === 'W1') {
    const { id, name, model } = data.agent ?? data;
    assert.deepEqual([String(id), name, model], ['1', 'Agent 1 Fluorescent Parrot', 'model-mini-4'], text);
    return;
  }
  const tasks: Shown[] = data.tasks;
  assert.equal(tasks.length, workload === 'W3' ? 20 : 50, text);
  for (const [at, { id, name, agent, deployments }] of tasks.entries()) {
    assert.equal(String(id), String(at + 1));
    assert.match(name, /^Task \d+ Research/);
    if (workload !== 'W3') continue;
    assert.equal(String(agent?.id), String(1 + ((at + 1) % 5)));
    assert.equal((deployments as unknown[]).length, 5);
  }
}
