import { afterEach, expect, test } from 'vitest';
import { type Api, createTask, deploy, type Json, organizationId, stillSimulator } from './client.fixture.ts';
import type { Simulator, SimulatorOptions } from './index.ts';

let sim: Simulator;
let api: Api;
afterEach(() => sim.close());

async function start(options?: SimulatorOptions) {
  ({ sim, api } = await stillSimulator(options));
}
async function converse(deploymentId: string, callableId?: string): Promise<Json> {
  return (await api('/agents/deployments/conversation/read', { deploymentId, callableId })).conversation;
}
function toolsIn(conversation: Json) {
  return conversation.messages.flatMap(({ parts }: Json) =>
    parts.filter(({ type }: Json) => type === 'dynamic-tool'),
  );
}

test('there is no conversation while queued', async () => {
  await start();
  const deploymentId = await deploy(api);
  expect(await converse(deploymentId)).toBeNull();
  sim.control.setBehavior({ queuedConversation: 'absent' });
  expect(await api('/agents/deployments/conversation/read', { deploymentId })).toEqual({
    success: true,
    errors: [],
  });
});

test('the first tool call passes through its states in place', async () => {
  await start();
  const deploymentId = await deploy(api);
  sim.clock.advance(1_000);
  const opening = await converse(deploymentId);
  expect(opening).toMatchObject({
    id: deploymentId,
    userId: 12345,
    organizationId,
    prompt: 'Print hello',
    agents: [{ id: 47, name: 'Backtest' }],
    agentProperties: [],
    aggregateStatus: 'Running',
    messages: [
      { role: 'user', parts: [{ type: 'text', text: 'Print hello' }] },
      {
        role: 'assistant',
        parts: [{ type: 'step-start' }, { type: 'reasoning', text: '', state: 'streaming' }],
      },
    ],
  });

  const seen: Json[] = [];
  for (let second = 1; second <= 10; second += 1) {
    sim.clock.advance(1_000);
    const [tool] = toolsIn(await converse(deploymentId));
    if (tool) seen.push(tool);
  }
  expect(seen.map(({ state }) => state)).toEqual([
    'input-streaming',
    'input-streaming',
    'input-available',
    'input-available',
    ...Array(5).fill('output-available'),
  ]);
  expect(new Set(seen.map(({ toolCallId }) => toolCallId)).size).toBe(1);
  expect(seen[0].input).toEqual([]);
  expect(seen[1].input.content.length).toBeLessThan(seen[2].input.content.length);
  expect(seen.at(-1)).toMatchObject({
    toolName: 'create_file',
    input: { filePath: 'main.py' },
    output: { structuredContent: { success: true, errors: [], warnings: [] }, isError: false },
  });
});

test('between any two reads messages and texts only grow, and tokens only rise', async () => {
  await start({ script: { messages: 2 } });
  const deploymentId = await deploy(api);
  sim.clock.advance(1_000);
  let before = await converse(deploymentId);
  for (let look = 0; look < 60; look += 1) {
    if (look === 5 || look === 55) {
      await api('/agents/deployments/prompt', { deploymentId, prompt: `Follow-up ${look}` });
    }
    sim.clock.advance(1_300);
    const after = await converse(deploymentId);
    expect(after.inputTokens).toBeGreaterThanOrEqual(before.inputTokens);
    expect(after.outputTokens).toBeGreaterThanOrEqual(before.outputTokens);
    for (const [i, message] of before.messages.entries()) {
      expect(after.messages[i]).toMatchObject({ id: message.id, role: message.role });
      for (const [k, part] of message.parts.entries()) {
        const grown = after.messages[i].parts[k];
        expect(grown.type).toBe(part.type);
        if (typeof part.text === 'string') expect(grown.text.startsWith(part.text)).toBe(true);
      }
    }
    before = after;
  }
  expect(before.messages.filter(({ role }: Json) => role === 'user')).toHaveLength(3);
});

test('a finished conversation is complete', async () => {
  await start({ script: { messages: 5, answer: 'All five said.' } });
  const deploymentId = await deploy(api);
  sim.clock.advance(3_600_000);
  const { messages, aggregateStatus, inputTokens } = await converse(deploymentId);
  expect(aggregateStatus).toBe('Completed');
  expect(inputTokens).toBeGreaterThan(0);
  expect(messages).toHaveLength(6);
  expect(messages.at(-1).parts.at(-1)).toEqual({ type: 'text', text: 'All five said.', state: 'done' });
  const states = messages.flatMap(({ parts }: Json) => parts.map(({ state }: Json) => state));
  expect(states).not.toContain('streaming');
});

test('a stopped run adds no message until it is prompted', async () => {
  await start();
  const deploymentId = await deploy(api);
  sim.clock.advance(14_000);
  await api('/agents/deployments/stop', { deploymentId });
  const stopped = await converse(deploymentId);
  expect(toolsIn(stopped)).toHaveLength(2);
  expect(toolsIn(stopped)[1].state).toBe('input-streaming');
  sim.clock.advance(600_000);
  expect(await converse(deploymentId)).toEqual(stopped);

  await api('/agents/deployments/prompt', { deploymentId, prompt: 'Go on' });
  sim.clock.advance(600_000);
  const revived = await converse(deploymentId);
  expect(revived.messages.slice(0, stopped.messages.length)).toEqual(stopped.messages);
  expect(revived.messages.at(-2)).toMatchObject({ role: 'user', parts: [{ text: 'Go on' }] });
  expect(revived.messages.at(-1).parts.at(-1)).toMatchObject({ text: 'Done.', state: 'done' });
});

test('a run stopped in the queue has its prompt and nothing else', async () => {
  await start();
  const deploymentId = await deploy(api);
  await api('/agents/deployments/stop', { deploymentId });
  sim.clock.advance(60_000);
  const { messages, inputTokens } = await converse(deploymentId);
  expect(messages).toMatchObject([{ role: 'user', parts: [{ text: 'Print hello' }] }]);
  expect(inputTokens).toBe(0);
});

test.each([
  ['runtimeError', { success: false, errors: ['The backtest ended with a runtime error.'], warnings: [] }],
  ['warnings', { success: true, errors: [], warnings: [expect.any(String)] }],
] as const)('a backtest can end with %s', async (backtest, structuredContent) => {
  await start({ script: { backtest } });
  const deploymentId = await deploy(api);
  sim.clock.advance(60_000);
  const call = toolsIn(await converse(deploymentId)).at(-1);
  expect(call).toMatchObject({ toolName: 'create_backtest', output: { structuredContent } });
});

test('a tool can fail to answer', async () => {
  await start({ script: { backtest: 'outputError' } });
  const deploymentId = await deploy(api);
  sim.clock.advance(60_000);
  const call = toolsIn(await converse(deploymentId)).at(-1);
  expect(call).toMatchObject({ state: 'output-error', errorText: expect.any(String) });
  expect(call).not.toHaveProperty('output');
});

test('chained agents speak in their order, once per deployment', async () => {
  await start();
  const agent = async (fields: Json) => (await api('/agents/create', { organizationId, ...fields })).agent.id;
  const second = await agent({ name: 'Second' });
  const first = await agent({ name: 'First', chainedAgents: [{ agentId: second, step: 1 }] });
  const deploymentId = await deploy(api, { agentId: first });
  sim.clock.advance(61_000);
  await api('/agents/deployments/prompt', { deploymentId, prompt: 'Again' });
  sim.clock.advance(60_000);
  const { messages, agents } = await converse(deploymentId);
  expect(agents.map(({ id }: Json) => id)).toEqual([first, second]);
  expect(messages.map(({ metadata }: Json) => metadata?.agentId)).toEqual([
    undefined,
    first,
    second,
    undefined,
    undefined,
  ]);
});

test('a callable agent has its own thread', async () => {
  await start();
  const { agent: helper } = await api('/agents/create', { organizationId, name: 'Helper' });
  const subAgents = [{ agentId: helper.id, callableCount: 2 }];
  const { agent } = await api('/agents/create', { organizationId, name: 'Conductor', subAgents });
  const deploymentId = await deploy(api, { agentId: agent.id });
  sim.clock.advance(60_000);
  const main = await converse(deploymentId);
  const { callableId } = main.agents.find(({ id }: Json) => id === helper.id);
  const call = toolsIn(main).find(({ toolName }: Json) => toolName === 'call_agent');
  expect(call).toMatchObject({ input: { callableId }, messages: [{ role: 'user' }, { role: 'assistant' }] });

  const thread = await converse(deploymentId, callableId);
  expect(thread.messages).toMatchObject([
    { role: 'user', parts: [{ text: 'Print hello' }] },
    { role: 'assistant', parts: [{ text: 'Looked into "Print hello".', state: 'done' }] },
  ]);
  const unknown = await api('/agents/deployments/conversation/read', { deploymentId, callableId: 'C-none' });
  expect(unknown).toEqual({ success: false, errors: ['Conversation not found.'] });
});

test('empty objects are {} and token counts are text if configured', async () => {
  await start({ behavior: { emptyObjectsAsArrays: false, looseTypes: true } });
  const task = await createTask(api);
  const { deployment } = await api('/agents/deployments/create', { taskId: task.id });
  sim.clock.advance(60_000);
  expect(await converse(deployment.deploymentId)).toMatchObject({
    agentProperties: {},
    userId: '12345',
    inputTokens: expect.stringMatching(/^\d+$/),
  });
});
