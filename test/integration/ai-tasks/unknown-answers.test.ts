import { expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { type AiGateway, bootAi } from '../../support/ai-gateway.ts';

/** What the fault `extraFields` adds to every object. */
const SURPRISE = { surprise: { since: 2031, list: [null, 1.5, 'x'] } };

async function get({ ada }: AiGateway, path: string): Promise<Record<string, unknown>> {
  const response = await ada.request(path);
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

/** The rows of `GET /v1/upstream-drift` for QuantCDN, as `operation path kind`. */
async function driftOf({ gateway, ada }: AiGateway): Promise<string[]> {
  const { accessToken } = await ada.post<{ accessToken: string }>('/v1/auth/login', ADMIN);
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await fetch(`${gateway.url}/v1/upstream-drift`, { headers });
  const { drift } = (await answer.json()) as { drift: Record<string, string>[] };
  return drift
    .filter(({ provider }) => provider === 'QUANTCDN')
    .map(({ operation, path, kind }) => `${operation} ${path} ${kind}`)
    .toSorted();
}

test('fields that the gateway does not know are raw at both doors, and rows of the drift', async () => {
  await using running = await bootAi({ env: ADMIN_ENV });
  const { ada, simulator, made } = running;
  const id = made({ taskListId: 'l' });
  simulator.faults.add({ kind: 'extraFields', times: 'forever', match: { upstream: 'quantcdn' } });

  const QUERY = `query ($id: ID!) {
    aiTask(id: $id) { raw }
    aiTasks { raw }
    aiTaskGraph(taskListId: "l") { raw }
  }`;
  const graphRaw = { ...SURPRISE, graph: { [id]: SURPRISE } };
  expect(await ada.ask(QUERY, { id })).toEqual({
    aiTask: { raw: SURPRISE },
    aiTasks: [{ raw: SURPRISE }],
    aiTaskGraph: { raw: graphRaw },
  });
  expect(await get(running, `/v1/ai-tasks/${id}`)).toMatchObject({ raw: SURPRISE });
  expect(await get(running, '/v1/ai-tasks')).toMatchObject({ aiTasks: [{ raw: SURPRISE }] });
  expect(await get(running, '/v1/ai-task-lists/l/graph')).toMatchObject({ raw: graphRaw });
  await ada.ask('mutation { createAiTask(input: { title: "t" }) { id } }');
  await ada.ask('mutation ($id: ID!) { updateAiTask(id: $id, input: { title: "n" }) { id } }', { id });
  await ada.ask('mutation ($id: ID!) { deleteAiTask(id: $id) { deletedIds } }', { id });

  expect(await driftOf(running)).toEqual([
    'createTask surprise UNKNOWN_FIELD',
    'deleteTask surprise UNKNOWN_FIELD',
    'getDependencyGraph graph.*.surprise UNKNOWN_FIELD',
    'getDependencyGraph surprise UNKNOWN_FIELD',
    'getTask surprise UNKNOWN_FIELD',
    'listTasks surprise UNKNOWN_FIELD',
    'listTasks tasks[].surprise UNKNOWN_FIELD',
    'updateTask surprise UNKNOWN_FIELD',
  ]);
});

test('a status that the gateway does not know is shown and counted', async () => {
  await using running = await bootAi({ env: ADMIN_ENV });
  const id = running.made();
  running.simulator.faults.add({ kind: 'unknownStatus' });
  const { aiTask } = await running.ada.ask<{ aiTask: object }>(
    'query ($id: ID!) { aiTask(id: $id) { status rawStatus } }',
    { id },
  );
  expect(aiTask).toEqual({ status: 'UNKNOWN', rawStatus: 'hibernating' });
  expect(await driftOf(running)).toEqual(['getTask status UNKNOWN_WORD']);
});

test('elements that cannot be read are left out, and the list says so at both doors', async () => {
  await using running = await bootAi({ env: ADMIN_ENV });
  const { ada, simulator, made } = running;
  made({ taskListId: 'l' });
  simulator.faults.add({ kind: 'missingFields', fields: ['taskId'], times: 2 });
  expect(await ada.graphql('{ aiTasks { id } }')).toEqual({
    data: { aiTasks: [] },
    extensions: { incomplete: ['aiTasks'] },
  });
  expect(await get(running, '/v1/ai-tasks')).toMatchObject({ aiTasks: [], isComplete: false });
  expect(await driftOf(running)).toEqual(['listTasks tasks[] UNREADABLE_ELEMENT']);
  expect(running.gateway.logLines.join('')).toContain('upstream list elements left out');
});

test('a task whose own answer cannot be read does not hide its list, and says so at both doors', async () => {
  await using running = await bootAi();
  const { ada, simulator, made } = running;
  const ids = [made({ metadata: { n: 1 } }), made({ metadata: { n: 1 } })];
  const spoil = () => simulator.faults.add({ kind: 'html', match: { operation: 'getTask' } });

  spoil();
  const answer = (await ada.graphql('{ aiTasks { id metadata dependsOn isReady } }')) as {
    data?: { aiTasks: { id: string; metadata: unknown }[] };
    errors?: unknown;
    extensions?: { incomplete: string[] };
  };
  expect(answer.errors).toBeUndefined();
  expect(new Set(answer.data?.aiTasks.map(({ id }) => id))).toEqual(new Set(ids));
  const spoilt = answer.data?.aiTasks.findIndex(({ metadata }) => metadata === null);
  expect(answer.extensions?.incomplete).toEqual(
    ['dependsOn', 'isReady', 'metadata'].map((field) => `aiTasks.${spoilt}.${field}`),
  );

  spoil();
  const { aiTasks, isComplete } = await get(running, '/v1/ai-tasks?details=true');
  expect(isComplete).toBe(false);
  expect((aiTasks as { metadata: unknown }[]).filter(({ metadata }) => metadata !== null)).toHaveLength(1);
});
