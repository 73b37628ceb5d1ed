import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Api, clientOf, organizationId, stillSimulator } from './client.fixture.ts';
import type { Simulator } from './index.ts';

let sim: Simulator;
let api: Api;
beforeEach(async () => {
  ({ sim, api } = await stillSimulator());
});
afterEach(() => sim.close());

async function create(fields: Record<string, unknown> = {}) {
  return (await api('/agents/create', { organizationId, name: 'Heron', ...fields })).agent;
}
async function read(agentId: number) {
  return (await api('/agents/read', { agentId })).agent;
}
async function errorOf(path: string, body: unknown) {
  const { success, errors } = await api(path, body);
  expect(success).toBe(false);
  expect(errors).toHaveLength(1);
  return errors[0];
}

test('a new agent has every documented field', async () => {
  const agent = await create({ tools: ['create_file'], reasoningEffort: 'high', model: 'claude-opus-4-7' });
  expect(agent).toEqual({
    id: expect.any(Number),
    name: 'Heron',
    description: '',
    profileImage: '',
    systemPrompt: '',
    reasoningEffort: 'high',
    maxTurns: 100,
    toolChoice: 'auto',
    tools: ['create_file'],
    public: false,
    model: 'claude-opus-4-7',
    pipeline: null,
    outputSchema: null,
    created: '2026-05-06 19:00:00',
    updated: '2026-05-06 19:00:00',
    author: { publicId: 'user_12345', name: 'Jane Doe', image: 'a1.jpeg' },
    organization: { id: organizationId, name: 'Acme', profile: 'b2.png' },
    chainedAgents: [],
    subAgents: [],
    token: null,
    useQCC: true,
    node: { id: 0, sku: 'A4-8' },
  });
  expect(await read(agent.id)).toEqual(agent);
});

test('an update keeps what it omits, replaces lists whole and clears with null', async () => {
  const first = await create();
  const agent = await create({
    description: 'Reads filings',
    tools: ['create_file', 'edit_file'],
    chainedAgents: [{ agentId: first.id, step: 1 }],
    model: 'claude-opus-4-7',
  });
  sim.clock.advance(5_000);
  const answer = await api('/agents/update', { agentId: agent.id, tools: ['object_store_get'], model: null });
  expect(answer).toEqual({ success: true, errors: [] });
  expect(await read(agent.id)).toEqual({
    ...agent,
    tools: ['object_store_get'],
    model: null,
    updated: '2026-05-06 19:00:05',
  });
});

test("the user's LLM key is handed back, unless switched off", async () => {
  const token = { llmApiTokenUser: 'sk-secret', llmProviderApi: 'anthropic' };
  const { id } = await create({ useQCC: false, token });
  expect((await read(id)).token).toEqual(token);
  sim.control.setBehavior({ handBackKeys: false });
  expect((await read(id)).token).toBeNull();
});

test('lists hold the organization’s agents and the predefined ones', async () => {
  const agent = await create();
  const { agents } = await api('/agents/list', { organizationId });
  expect(agents.map(({ id }: { id: number }) => id)).toEqual([47, agent.id]);
  await api('/agents/delete', { agentId: agent.id });
  expect((await api('/agents/list', { organizationId })).agents).toHaveLength(1);
});

test('invalid requests are refused with HTTP 200 and one error', async () => {
  expect(await errorOf('/agents/create', { organizationId })).toBe('name is required.');
  expect(await errorOf('/agents/create', { name: 'Heron' })).toBe('organizationId is required.');
  expect(await errorOf('/agents/create', { organizationId, name: 5 })).toBe('name must be a string.');
  expect(await errorOf('/agents/create', { organizationId, name: 'a', tools: [1] })).toContain(
    'tools must be',
  );
  expect(await errorOf('/agents/create', { organizationId, name: 'a', useQCC: false })).toContain(
    'token is required',
  );
  expect(await errorOf('/agents/create', { organizationId, name: 'a', reasoningEffort: 'max' })).toContain(
    'one of',
  );
  const chainedAgents = [{ agentId: 999, step: 1 }];
  expect(await errorOf('/agents/create', { organizationId, name: 'a', chainedAgents })).toBe(
    'Agent not found.',
  );
  expect(await errorOf('/agents/read', { agentId: '47' })).toBe('agentId must be an integer.');
  expect(await errorOf('/agents/read', ['not', 'an', 'object'])).toContain('JSON object');
  expect(await errorOf('/agents/update', { agentId: 47, name: 'Mine' })).toContain('Predefined');
});

test('what belongs to another organization is unknown, like what never existed', async () => {
  const { id } = await create();
  const outsider = { userId: '777', apiToken: 'other', organizations: [{ id: 'e'.repeat(32) }] };
  const colleague = { userId: '778', apiToken: 'third', organizations: [{ id: organizationId }] };
  sim.control.addAccount(outsider);
  sim.control.addAccount(colleague);
  const { api: outside } = clientOf(sim, outsider);

  const unknown = await outside('/agents/read', { agentId: 999_999 });
  expect(unknown).toEqual({ success: false, errors: ['Agent not found.'] });
  for (const path of ['/agents/read', '/agents/update', '/agents/delete']) {
    expect(await outside(path, { agentId: id })).toEqual(unknown);
  }
  expect(await outside('/agents/list', { organizationId })).toEqual(
    await outside('/agents/list', { organizationId: 'd'.repeat(32) }),
  );
  expect((await clientOf(sim, colleague).api('/agents/read', { agentId: id })).success).toBe(true);
});

test('loose types make ids text and booleans 0 and 1, and accept numeric text', async () => {
  const { id } = await create();
  sim.control.setBehavior({ looseTypes: true });
  const answer = await api('/agents/read', { agentId: String(id) });
  expect(answer.success).toBe(true);
  expect(answer.agent).toMatchObject({
    id: String(id),
    public: 0,
    useQCC: 1,
    maxTurns: 100,
    node: { id: '0' },
  });
});
